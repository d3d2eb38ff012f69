"""What a program says about the dose: how it is given, what is proposed, and what nobody orders beyond."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tracker.definitions import Misfit, Part

Minutes = Annotated[int, Field(ge=1, le=600)]
Amount = Annotated[Decimal, Field(gt=0)]


class Route(StrEnum):
    """How it is given. By mouth and under the tongue: in the clinic only, nobody is sent home with a dose."""

    IV = "IV"
    IM = "IM"
    SC = "SC"
    IN = "IN"
    PO = "PO"
    SL = "SL"


class Dose(Part):
    """What the program proposes to give. A proposal, never an order: the order is a clinician's.

    It proposes mg per kg (`mg_per_kg`), a fixed number of mg (`mg`), or nothing: then the program only keeps the
    record of what a clinician orders. `device_mg` is what one nasal device holds; such a dose is a whole number of
    devices, whatever the patient weighs. The most is stated always.
    """

    drug: Literal["ketamine", "esketamine"] = "ketamine"
    route: Route
    mg_per_kg: Amount | None = None
    mg: Amount | None = None
    device_mg: Amount | None = None
    # Over how long it is given; 0 for an injection or a spray.
    minutes: Annotated[int, Field(ge=0, le=240)]
    # Before the dose: identity, weight, vitals, the line. After it: watching.
    ready_minutes: Minutes
    recovery_minutes: Minutes
    # Nobody orders beyond these.
    most_mg_per_kg: Annotated[Decimal, Field(gt=0, le=2)] | None = None
    most_mg: Annotated[Decimal, Field(gt=0, le=300)]

    @model_validator(mode="after")
    def propose_one_thing(self) -> Self:
        if self.mg_per_kg and self.mg:
            raise Misfit("a dose is proposed as mg_per_kg or as mg, not as both", "mg")
        if self.device_mg is None and self.most_mg_per_kg is None:
            raise ValueError("most_mg_per_kg is missing; only a dose by device does without it")
        return self

    @model_validator(mode="after")
    def count_whole_devices(self) -> Self:
        if self.device_mg is None:
            return self
        if self.route != Route.IN:
            raise Misfit("a dose by device is given into the nose, route IN", "route")
        if self.mg_per_kg or self.most_mg_per_kg:
            raise Misfit("a dose by device does not go by weight", "mg_per_kg" if self.mg_per_kg else "most_mg_per_kg")
        for name, amount in (("mg", self.mg), ("most_mg", self.most_mg)):
            if amount and amount % self.device_mg:
                raise Misfit(f"{name} is not a whole number of devices of {self.device_mg} mg", name)
        return self

    @model_validator(mode="after")
    def stay_within_the_most(self) -> Self:
        if self.mg_per_kg and self.most_mg_per_kg and self.mg_per_kg > self.most_mg_per_kg:
            raise Misfit("the proposed mg_per_kg is above most_mg_per_kg", "mg_per_kg")
        if self.mg and self.mg > self.most_mg:
            raise Misfit("the proposed mg is above most_mg", "mg")
        return self

    @property
    def is_proposed(self) -> bool:
        """Whether the program proposes a dose; without one it is record only."""
        return bool(self.mg_per_kg or self.mg)

    @property
    def goes_by_weight(self) -> bool:
        """Whether an order has to name the weight that it rests on. A device holds what it holds."""
        return self.device_mg is None

    @property
    def session_minutes(self) -> int:
        return self.ready_minutes + self.minutes + self.recovery_minutes


class Frequency(Part):
    """At most so many doses in any so many days, counted over every course that the patient has had."""

    doses: Annotated[int, Field(ge=1, le=60)]
    days: Annotated[int, Field(ge=1, le=366)]
