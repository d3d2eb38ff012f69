"""Who works in the demo clinics, and the names of people who do not exist."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product
from random import Random

from allauth.account.models import EmailAddress

from programs.limits import Limit
from programs.services.checklist import IDENTITY, write_checklist
from programs.services.dose_limits import proposed_limits, sign_dose_limits
from programs.services.limits import sign_limits
from programs.services.medicines import TypedLine, sign_standing_orders
from programs.services.offering import programs_of
from programs.services.room_rules import sign_rules
from tracker.accounts.models import Chair, Clinic, Holiday, Membership, User
from tracker.accounts.roles import Actor, Role
from tracker.people.models import Patient
from tracker.people.services import Reach, add_patient

HOURS_EN = (
    "Our nurses read check-ins every day, 8 am to 6 pm. No one reads them at night. "
    "If you need help before then, call or text 988."
)
HOURS_ES = (
    "Nuestras enfermeras leen esto todos los días, de 8 am a 6 pm. Nadie lo lee de noche. Si necesita ayuda antes, llame al 988."
)

STAFF = [
    ("north", "Alma", Role.MANAGER),
    ("north", "Nils", Role.NURSE),
    ("north", "Maya", Role.CLINICIAN),
    ("north", "Theo", Role.THERAPIST),
    ("north", "Dana", Role.DESK),
    ("south", "Omar", Role.CLINICIAN),
    ("south", "Nils", Role.NURSE),
    ("south", "Maya", Role.MANAGER),
]

# In the clinic in which one practises.
TRAINEES = [("Nils", Role.NURSE), ("Maya", Role.CLINICIAN)]

HOLD, STOP = Limit(160, 100, 111, 94), Limit(180, 110, 131, 90)
CHECKLIST = [
    (IDENTITY, True),
    ("Ride home by a responsible adult: name and phone", True),
    ("Last food and drink long enough ago", True),
    ("Medicines unchanged since the last dose", False),
    ("IV in place, emergency kit and pump checked", True),
]

# Usual adult doses of the labels of ondansetron injection (FDA) and of acetaminophen 325 mg tablets (OTC drug facts).
STANDING_ORDERS = [
    TypedLine("Ondansetron", "4", "mg", "IV", "nausea", 1),
    TypedLine("Acetaminophen", "650", "mg", "PO", "headache", 1),
]
CARD = (
    "An example: each clinic writes its own.\n"
    "Pause the pump. Oxygen on. Call the clinician from the next room.\n"
    "No breath or no pulse: begin resuscitation, call 911."
)

FIRST = [
    "Ada",
    "Bea",
    "Cleo",
    "Dov",
    "Edie",
    "Finn",
    "Gus",
    "Hana",
    "Ines",
    "Jude",
    "Kaia",
    "Leif",
    "Mina",
    "Noor",
    "Otis",
    "Petra",
    "Quin",
    "Rosa",
    "Sami",
    "Tova",
]
LAST = ["Alder", "Birch", "Cedar", "Dogwood", "Elmer", "Fernley", "Gorse", "Hazel"]


@dataclass(frozen=True)
class DemoClinic:
    """A clinic of the demo with the people who act in it."""

    clinic: Clinic
    actors: dict[Role, Actor]


def make_clinics(today: date, password: str) -> dict[str, DemoClinic]:
    """Both clinics with chairs, a holiday, and the staff, and an empty one to practise in; all sign in with `password`."""
    clinics = {
        "north": _clinic("north", "North Clinic", "America/New_York", chairs=4, chairs_per_nurse=4),
        "south": _clinic("south", "South Clinic", "America/Denver", chairs=2, chairs_per_nurse=2),
    }
    for clinic in clinics.values():
        Holiday.objects.create(clinic=clinic, day=today + timedelta(days=24), name="Staff day")
    users = {name: make_user(name, password) for name in dict.fromkeys(name for _slug, name, _role in STAFF)}
    made = {slug: DemoClinic(clinic, {}) for slug, clinic in clinics.items()}
    for slug, name, role in STAFF:
        member = Membership.objects.create(user=users[name], clinic=clinics[slug], role=role)
        made[slug].actors[role] = member.as_actor()
    for place in made.values():
        clinician, since = place.actors[Role.CLINICIAN], datetime.combine(today - timedelta(days=365), time(9), place.clinic.tz)
        sign_limits(place.clinic, hold=HOLD, stop=STOP, actor=clinician, at=since)
        sign_rules(place.clinic, during_every=10, after_every=15, serious_words=CARD, actor=clinician, at=since)
        sign_standing_orders(place.clinic, lines=STANDING_ORDERS, actor=clinician, at=since)
        for code, protocol in programs_of(place.clinic.pk).items():
            sign_dose_limits(place.clinic, code, proposed_limits(protocol.dose), actor=clinician, at=since)
        write_checklist(place.clinic, lines=CHECKLIST, actor=clinician, at=since)
    training = _clinic("training", "Training Clinic", "America/New_York", chairs=6, chairs_per_nurse=6, is_training=True)
    for name, role in TRAINEES:
        Membership.objects.create(user=users[name], clinic=training, role=role)
    return made


def _clinic(slug: str, name: str, zone: str, *, chairs: int, chairs_per_nurse: int, is_training: bool = False) -> Clinic:
    clinic = Clinic.objects.create(
        slug=slug,
        name=name,
        zone=zone,
        open_days="1111111",
        opens_at=time(8),
        closes_at=time(18),
        chairs_per_nurse=chairs_per_nurse,
        phone="+12065550100" if slug == "north" else "+17205550100",
        hours_en=HOURS_EN,
        hours_es=HOURS_ES,
        alert_email=f"team@{slug}.example",
        off_label_consent="2026-11",
        is_training=is_training,
    )
    Chair.objects.bulk_create(Chair(clinic=clinic, name=f"Chair {number}") for number in range(1, chairs + 1))
    return clinic


def make_user(name: str, password: str) -> User:
    """Somebody who can sign in, with the e-mail row that allauth wants."""
    user = User.objects.create_user(f"{name.lower()}@sextant.example", password, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def made_up_names(random: Random) -> list[tuple[str, str]]:
    """First and last names in an order that the seed decides; nobody is called so."""
    names = list(product(FIRST, LAST))
    random.shuffle(names)
    return names


def make_patient(
    at_clinic: DemoClinic, number: int, name: str, birth_date: date, *, language: str = "en", user: User | None = None
) -> Patient:
    """A synthetic patient, added by whoever may."""
    actor = at_clinic.actors.get(Role.DESK) or at_clinic.actors[Role.MANAGER]
    phone = f"+1206555{1000 + number:04d}"
    return add_patient(
        at_clinic.clinic,
        actor=actor,
        mrn=f"{'N' if at_clinic.clinic.slug == 'north' else 'S'}{number:05d}",
        legal_name=name,
        birth_date=birth_date,
        language=language,
        reach=(Reach("self", phone, ""), Reach("ride", f"+1206555{2000 + number:04d}", "", "A friend")),
        user=user,
    )
