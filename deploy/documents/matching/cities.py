"""The cities of the examples: real names and sizes, made-up interests."""

from dataclasses import dataclass
from typing import Literal

from services.matching.solver.problem import City, Level

TOPICS = {
    "air-quality": "Air quality",
    "circular-economy": "Circular economy",
    "housing": "Affordable housing",
    "mobility": "Urban mobility",
    "water": "Water and rivers",
}


@dataclass(frozen=True, slots=True)
class Body:
    """A city of an example; levels are (topic, seeks, offers)."""

    name: str
    country: str
    population: int
    half_hours: int
    language: str
    levels: tuple[tuple[str, int, int], ...]

    @property
    def id(self) -> str:
        """Its id in the example."""
        return self.name.lower().replace(" ", "-")

    def city(self) -> City:
        """Give it as a round takes it: with one place."""
        return City(
            id=self.id,
            capacity=1,
            population=self.population,
            zone_half_hours=self.half_hours,
            languages=("en", self.language),
            levels=tuple(Level(*level) for level in self.levels),
            country=self.country,
        )


Side = Literal["eu", "partner"]

EU = (
    Body("Lisbon", "PT", 545_000, 0, "pt", (("mobility", 5, 1), ("water", 1, 4))),
    Body("Porto", "PT", 232_000, 0, "pt", (("housing", 4, 1), ("water", 0, 5))),
    Body("Sevilla", "ES", 684_000, 2, "es", (("water", 5, 1), ("mobility", 1, 4))),
    Body("Bilbao", "ES", 346_000, 2, "es", (("circular-economy", 4, 1), ("mobility", 0, 5))),
    Body("Valencia", "ES", 792_000, 2, "es", (("water", 5, 2), ("circular-economy", 1, 4))),
    Body("Zaragoza", "ES", 675_000, 2, "es", (("air-quality", 4, 0), ("circular-economy", 0, 5))),
    Body("Torino", "IT", 858_000, 2, "it", (("air-quality", 5, 0), ("housing", 0, 4))),
    Body("Gdansk", "PL", 487_000, 2, "pl", (("housing", 5, 0), ("mobility", 0, 3))),
)

CANADA = (
    Body("Toronto", "CA", 2_794_000, -10, "en", (("circular-economy", 4, 1), ("mobility", 1, 5))),
    Body("Winnipeg", "CA", 749_000, -12, "en", (("circular-economy", 4, 0), ("water", 0, 5))),
    Body("Hamilton", "CA", 569_000, -10, "en", (("mobility", 4, 0), ("water", 1, 5))),
    Body(
        "Edmonton", "CA", 1_010_000, -14, "en", (("circular-economy", 5, 1), ("air-quality", 0, 4))
    ),
    Body("Vancouver", "CA", 662_000, -16, "en", (("housing", 4, 1), ("air-quality", 1, 5))),
    Body("Halifax", "CA", 439_000, -8, "en", (("mobility", 4, 1), ("housing", 1, 4))),
)

MENTORED = (
    Body("Brno", "CZ", 396_000, 2, "cs", (("mobility", 4, 0), ("water", 3, 0))),
    Body("Split", "HR", 160_000, 2, "hr", (("water", 5, 0), ("housing", 2, 0))),
    Body("Kaunas", "LT", 289_000, 4, "lt", (("mobility", 5, 1), ("air-quality", 3, 0))),
    Body("Cork", "IE", 224_000, 0, "en", (("housing", 5, 1), ("water", 3, 0))),
    Body("Rotterdam", "NL", 655_000, 2, "nl", (("water", 0, 5), ("circular-economy", 0, 4))),
)
"""Most of them want to learn; one has much to teach."""

MENTORS = (
    Body("Montreal", "CA", 1_763_000, -10, "fr", (("mobility", 0, 5), ("housing", 0, 4))),
    Body("Calgary", "CA", 1_307_000, -14, "en", (("water", 0, 5), ("air-quality", 0, 4))),
    Body("Regina", "CA", 226_000, -12, "en", (("water", 4, 0), ("circular-economy", 5, 0))),
)
