"""As what a responder stands on the command board: a role and a number, never a name. Pure."""

from enum import StrEnum


class Marker(StrEnum):
    """A role on the scene, or who came to help."""

    MEDIC = "medic"
    GUARD = "guard"
    VOLUNTEER = "volunteer"
    VEHICLE = "vehicle"
    ESCORT = "escort"

    @property
    def words(self) -> str:
        """Return the marker in Chinese."""
        return {
            "medic": "医护", "guard": "安保", "volunteer": "志愿者", "vehicle": "值班车",
            "escort": "陪同",
        }[self.value]  # fmt: skip
