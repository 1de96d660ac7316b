"""What the steward does for this room."""

from lachan.ground.platform import steward
from lachan.systems.entry import manifests


@steward.every(2, "import manifests")
def import_manifests() -> None:
    manifests.work_aside()


@steward.daily("02:45", "forget what manifests no longer need")
def forget() -> int:
    return manifests.forget_old()
