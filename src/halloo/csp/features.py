"""Names of features as people write them: with commas between."""

from halloo.csp.manifest import ALL_FEATURES
from halloo.csp.model import Feature
from halloo.kit.refusals import field_invalid


def read_features(text: str) -> frozenset[Feature]:
    """The features of a list such as `chat, files`. Raises `Invalid` for a name that is none."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    known: dict[str, Feature] = {one: one for one in ALL_FEATURES}
    for name in names:
        if name not in known:
            raise field_invalid("features", f"there is no feature “{name[:40]}”. There are: {', '.join(ALL_FEATURES)}.")
    return frozenset(known[name] for name in names)
