"""Settings of sign-in, sessions and invitations."""

from dataclasses import dataclass, field

from halloo.kit.clock import DAY, MINUTE


@dataclass(frozen=True, slots=True)
class WorkspacesSettings:
    """Settings of the part `workspaces`."""

    session_idle_days: int = field(
        default=30, metadata={"sentence": "Days without use after which an operator has to sign in again."}
    )
    session_days: int = field(
        default=90, metadata={"sentence": "Days after which an operator has to sign in again in any case."}
    )
    invitation_days: int = field(default=7, metadata={"sentence": "Days for which the link of an invitation works."})
    sign_in_per_address: int = field(
        default=60, metadata={"sentence": "Attempts to sign in from one address within ten minutes; further ones wait."}
    )
    sign_in_per_account: int = field(
        default=10, metadata={"sentence": "Attempts to sign in to one account within ten minutes; further ones wait."}
    )

    @property
    def session_idle_ms(self) -> int:
        """`session_idle_days` in milliseconds."""
        return self.session_idle_days * DAY

    @property
    def session_ms(self) -> int:
        """`session_days` in milliseconds."""
        return self.session_days * DAY

    @property
    def invitation_ms(self) -> int:
        """`invitation_days` in milliseconds."""
        return self.invitation_days * DAY


SIGN_IN_WINDOW_MS = 10 * MINUTE
