"""No page makes the doctor fail, and every answer has its form (csp contract 7.3)."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from halloo.csp.model import Given, Tag
from tests.csp.draws import PINNED, WIDGET, C
from tests.csp.guided import find_nothing, guided
from tests.csp.hostile import examined, read
from tests.csp.test_fuzz import TEXTS

CLEAN = TEXTS.map(lambda text: text.encode(errors="replace").decode())
POLICIES = st.lists(
    st.builds(
        Given,
        CLEAN,
        st.sampled_from(["header", "meta"]),
        st.sampled_from(["enforce", "enforce", "report"]),
        st.none() | st.integers(1, 9),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    max_size=4,
)
TAGS = st.builds(Tag, CLEAN, CLEAN | st.just(PINNED.integrity), st.booleans(), st.booleans(), CLEAN)
PIECES = st.sampled_from(
    (
        *("<", ">", "</", "/>", "<!--", "-->", "--!>", "<!", "<?", '"', "'", "=", "&", "&quot;", "&#39;", "&#x110000;", " ", "\n", "\r"),
        *("<html>", "<head>", "</head>", "<body>", "<noscript>", "</noscript>", "<template>", "</template>", "<title>", "</title>"),
        *("<script>", "</script>", "<script ", "<style>", "<svg>", "<base href='//[", "<plaintext>", "\0", "\ufeff"),
        f'<script async src="{C}/public/embed/{WIDGET}" nonce="a">',
        f'<script src="{PINNED.url}" integrity="{PINNED.integrity}">',
        '<meta http-equiv="Content-Security-Policy" content="',
        "<meta http-equiv=content-security-policy-report-only content='default-src none",
        "script-src 'none'; trusted-types a, require-trusted-types-for 'script'",
    )
)  # fmt: skip
HTML = st.one_of(CLEAN, st.lists(PIECES | CLEAN, max_size=30).map("".join))


@settings(deadline=None)
@given(POLICIES, TAGS, st.lists(CLEAN, max_size=3))
@example([Given("sandbox, sandbox"), Given("default-src 'none', default-src 'none'", "meta")], Tag(made=True), [])
@example([Given("script-src 'nonce-{NONCE}'")], Tag("{NONCE}"), ["https://[", "camera=(" + '"' * 9])
def test_no_page_makes_the_doctor_fail(policies: list[Given], tag: Tag, texts: list[str]) -> None:
    examined(policies, tag, texts)


@settings(deadline=None)
@given(HTML, st.sampled_from(["", "https://site.test/a", "x:"]) | CLEAN)
def test_no_html_makes_the_doctor_fail(html: str, url: str) -> None:
    read(html, url)


@guided
def test_a_guided_fuzzer_finds_nothing() -> None:
    find_nothing("fuzz_page.py", runs=3_000, longest=2048)
