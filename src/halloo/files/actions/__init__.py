"""One function a verb: what is received, what messages publish, what is taken back."""

from halloo.files.actions.end import FIRST, cancel_upload, end_upload, list_ended
from halloo.files.actions.pictures import (
    drop_own_picture,
    erase_picture,
    find_picture,
    remove_operator,
    take_own_picture,
)
from halloo.files.actions.publish import adopt, is_of_upload, publish, reissue, with_fresh
from halloo.files.actions.remove import (
    end_uploads,
    erase_of_conversation,
    erase_of_owner,
    expire,
    list_of_conversation,
    oldest_removed,
    remove_of_message,
)
from halloo.files.actions.serve import find_file, workspace_of
from halloo.files.actions.sweep import Swept, claim_swept, forget_swept, is_swept_due
from halloo.files.actions.upload import (
    check_upload,
    find_finished,
    find_upload,
    finish_upload,
    open_upload,
    refuse_upload,
    renew_upload,
)

__all__ = [
    "FIRST",
    "Swept",
    "adopt",
    "cancel_upload",
    "check_upload",
    "claim_swept",
    "drop_own_picture",
    "end_upload",
    "end_uploads",
    "erase_of_conversation",
    "erase_of_owner",
    "erase_picture",
    "expire",
    "find_file",
    "find_finished",
    "find_picture",
    "find_upload",
    "finish_upload",
    "forget_swept",
    "is_of_upload",
    "is_swept_due",
    "list_ended",
    "list_of_conversation",
    "oldest_removed",
    "open_upload",
    "publish",
    "refuse_upload",
    "reissue",
    "remove_of_message",
    "remove_operator",
    "renew_upload",
    "take_own_picture",
    "with_fresh",
    "workspace_of",
]
