"""What is written once in a process holds nothing of who asked first, and leads where Django's own addresses lead."""

import uuid

from django.template import engines
from django.urls import reverse
from django.utils.translation import override

PIA, PAUL = uuid.UUID(int=1), uuid.UUID(int=2)


def written(text, *pages):
    made = engines["django"].from_string(text)
    return [made.render(page) for page in pages]


def test_nobody_reads_there_what_was_said_to_pia():
    text = "{% once %}Hello {{ name }}{{ csrf_token }}.{% endonce %}"
    assert written(text, {"name": "Pia", "csrf_token": "secret"}, {"name": "Paul"}) == ["Hello .", "Hello ."]


def test_who_reads_spanish_gets_it_in_spanish_after_somebody_read_it_in_english():
    made = engines["django"].from_string('{% once %}{% translate "Sign out" %}{% endonce %}')
    with override("en"):
        english = made.render({})
    with override("es"):
        assert (english, made.render({})) == ("Sign out", "Cerrar sesión")


def test_the_address_of_each_patient_is_their_own():
    assert written("{% url 'patient' id %}", {"id": PIA}, {"id": PAUL}) == [reverse("patient", args=[one]) for one in (PIA, PAUL)]


def test_every_other_address_is_djangos():
    text = "{% url 'home' %} {% url 'program' code %} {% url 'patient' public_id=id as where %}{{ where }}"
    addresses = [reverse("home"), reverse("program", args=["six"]), reverse("patient", args=[PIA])]
    assert written(text, {"code": "six", "id": PIA}) == [" ".join(addresses)]


def test_an_id_that_the_tablet_fills_in_later_stays_where_it_is():
    nobody = str(uuid.UUID(int=0))
    assert written("{% url 'session_undo' id row %}", {"id": PIA, "row": nobody}) == [reverse("session_undo", args=[PIA, nobody])]
