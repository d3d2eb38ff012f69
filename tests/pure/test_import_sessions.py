"""Rows that bring people and sessions: units are said, never guessed, and nothing is worked out."""

from datetime import date, time
from decimal import Decimal

import pytest

from assessments.transfer.incoming import Disagreement, IncomingPerson, IncomingSession
from assessments.transfer.mapping import mapping_of
from assessments.transfer.questions import answered, questions
from tests.imports import NORTH, read_all, table_in

HEAD = "id,date,dose,kg,route,lot\n"


def read_sessions(text, **chosen):
    columns = {
        "patient": "id", "when": {"column": "date"}, "dose": "dose", "dose_unit": "mg", "weight": "kg", "weight_unit": "kg",
        "route_column": "route", "lot": "lot",
    }  # fmt: skip
    return read_all(table_in(text), mapping_of({"kind": "sessions", **columns, **chosen}))


def test_a_row_is_a_session_with_what_was_given():
    assert read_sessions(f"{HEAD}7,2026-09-02 10:15,40,80.5,IV,A12\n") == (
        [
            IncomingSession(
                2, "7", date(2026, 9, 2), time(10, 15), dose_mg=Decimal(40), route="IV", weight_kg=Decimal("80.500"), lot="A12"
            )
        ],
        [],
    )


def test_a_time_of_another_zone_is_that_of_the_clinic_and_so_is_its_day():
    [session], _ = read_sessions(f"{HEAD}7,2026-09-02T03:15:00Z,40,80,IV,\n")

    assert (session.day, session.clock) == (date(2026, 9, 1), time(23, 15))


@pytest.mark.parametrize(
    ("unit", "mg", "mg_per_kg"),
    [
        ("mg", Decimal("0.5"), None),
        ("mg/kg", None, Decimal("0.5")),
        ("mcg", Decimal("0.0005"), None),
        ("mcg/kg", None, Decimal("0.0005")),
    ],
)
def test_a_dose_is_read_in_the_unit_that_was_said_and_never_worked_out(unit, mg, mg_per_kg):
    [session], _ = read_sessions(f"{HEAD}7,2026-09-02,0.5,80,IV,\n", dose_unit=unit)

    assert (session.dose_mg, session.dose_mg_per_kg) == (mg, mg_per_kg)


def test_each_row_may_have_its_own_unit():
    text = "id,date,dose,unit\n1,2026-09-02,40,mg\n2,2026-09-02,500,µg/kg\n3,2026-09-02,40,\n4,2026-09-02,40,IE\n"
    found, refused = read_sessions(text, dose_unit="", dose_unit_column="unit", weight="", route_column="", lot="")

    assert [(one.dose_mg, one.dose_mg_per_kg) for one in found] == [(40, None), (None, Decimal("0.5"))]
    assert refused == [
        (4, "unit", "", "the unit of the dose is missing"),
        (5, "unit", "IE", "no unit is called that; say which is meant"),
    ]


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("7,2026-09-02,4000,80,IV,", "dose", "not a dose that somebody gives: above 0 and up to 1000 mg"),
        ("7,2026-09-02,0,80,IV,", "dose", "not a dose that somebody gives: above 0 and up to 1000 mg"),
        ("7,2026-09-02,40 mg,80,IV,", "dose", "not a number"),
        ('7,2026-09-02,"0,5",80,IV,', "dose", "could be two numbers; say whether a comma or a point stands before the decimals"),
        (
            '7,2026-09-02,"1,200",80,IV,',
            "dose",
            "could be two numbers; say whether a comma or a point stands before the decimals",
        ),
        ("7,2026-09-02,40,8,IV,", "kg", "8 kg is not the weight of an adult here (30 to 300 kg)"),
        ("7,2026-09-02,40,80,drip,", "route", "no route is called that; say which is meant"),
        (",2026-09-02,40,80,IV,", "id", "no patient"),
        ("7,,40,80,IV,", "date", "no date"),
    ],
)
def test_a_session_that_cannot_be_read_is_refused_with_its_column(row, column, why):
    found, [refusal] = read_sessions(f"{HEAD}{row}\n")

    assert (found, refusal[1]) == ([], column)
    assert refusal[3].startswith(why)


@pytest.mark.parametrize(
    ("mg", "disagrees"),
    [("40", None), ("41", None), ("400", Disagreement(Decimal(400), Decimal(40))), ("4", Disagreement(Decimal(4), Decimal(40)))],
)
def test_mg_that_is_ten_times_the_mg_per_kg_is_shown_with_both_numbers(mg, disagrees):
    text = f"id,date,dose,per kg,kg\n7,2026-09-02,{mg},0.5,80\n"
    [session], _ = read_sessions(text, dose_per_kg="per kg", route_column="", lot="")

    assert session.disagrees == disagrees


def test_a_weight_in_pounds_is_kept_in_kg():
    [session], _ = read_sessions(f"{HEAD}7,2026-09-02,40,176.4,IV,\n", weight_unit="lb")

    assert session.weight_kg == Decimal("80.014")


def test_a_comma_before_the_decimals_is_asked_about_once_for_the_file():
    table = table_in("id;date;dose;kg\n7;2026-09-02;37,5;70,25\n8;2026-09-02;40;1.200\n")
    amounts = {"dose": "dose", "dose_unit": "mg", "weight": "kg", "weight_unit": "kg"}
    mapping = mapping_of({"kind": "sessions", "patient": "id", "when": {"column": "date"}, **amounts})
    [question] = questions(mapping, table, NORTH)
    found, refused = read_all(table, answered(mapping, question, ","))

    assert (question.about, question.cells) == ("decimal", 3)
    assert [(one.dose_mg, one.weight_kg) for one in found] == [(Decimal("37.5"), Decimal("70.250"))]
    assert refused[0][:3] == (3, "kg", "1.200")


def test_a_word_for_a_route_is_asked_about_with_those_that_there_are():
    table = table_in(f"{HEAD}7,2026-09-02,40,80,i.v. drip,\n8,2026-09-02,40,80,Intramuscular,\n")
    mapping = mapping_of({"kind": "sessions", "patient": "id", "when": {"column": "date"}, "route_column": "route"})
    [question] = questions(mapping, table, NORTH)

    assert (question.pattern, {"IV", "IM", "SC"} <= set(question.choices), question.must) == ("i.v. drip", True, False)
    assert [one.route for one in read_all(table, answered(mapping, question, "IV"))[0]] == ["IV", "IM"]


def test_a_session_is_stored_as_json_and_comes_back_as_it_was():
    [session], _ = read_sessions(f"{HEAD}7,2026-09-02 10:15,40,80.5,IV,A12\n")

    assert IncomingSession.from_json(session.as_json()) == session


# People.

PEOPLE = {
    "kind": "people", "patient": "mrn", "first_name": "first", "last_name": "last", "birth_date": "born", "email": "mail",
    "phone": "phone", "language": "lang", "program_column": "plan", "start_column": "start",
}  # fmt: skip
PEOPLE_HEAD = "mrn,first,last,born,mail,phone,lang,plan,start\n"


def read_people(*rows, **chosen):
    return read_all(table_in(PEOPLE_HEAD + "\n".join(rows) + "\n"), mapping_of({**PEOPLE, **chosen}))


def test_a_row_is_a_person_and_the_course_they_are_enrolled_in():
    row = "7,José,Álvarez,1964-09-13,jose@mail.example,(206) 555-0100,Spanish,Six infusion series,2026-09-01"
    told = {"birth_date": date(1964, 9, 13), "email": "jose@mail.example", "phone": "(206) 555-0100", "language": "es"}
    course = {"program": "six-infusion-series", "starts_on": date(2026, 9, 1)}

    assert read_people(row) == ([IncomingPerson(2, "7", "José Álvarez", **told, **course)], [])


def test_a_person_without_a_program_is_enrolled_in_nothing():
    [person], _ = read_people("7,Pia,Blum,,,,,,")

    assert (person.birth_date, person.language, person.program, person.starts_on) == (None, "", "", None)


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        ("7,,,1964-09-13,,,,,", ("last", "", "no name")),
        ("7,Pia,Blum,1864-09-13,,,,,", ("born", "1864-09-13", "there is no such day between 1900 and 2100")),
        ("7,Pia,Blum,2027-01-01,,,,,", ("born", "2027-01-01", "2027-01-01 lies before 1900 or in the future")),
        ("7,Pia,Blum,,pia at mail,,,,", ("mail", "pia at mail", "not an e-mail address")),
        ("7,Pia,Blum,,,,Klingon,,", ("lang", "Klingon", "no language is called that; say which is meant")),
        ("7,Pia,Blum,,,,,Twelve,2026-09-01", ("plan", "Twelve", "no program is called that; say which is meant")),
        ("7,Pia,Blum,,,,,six-infusion-series,", ("start", "", "the start is missing")),
        ("7,Pia,Blum,,,,,six-infusion-series,2031-01-01", ("start", "2031-01-01", "no program starts on 2031-01-01")),
        (f"7,Pia,{'B' * 118},,,,,,", ("last", "Pia " + "B" * 76, "longer than 120 letters")),
    ],
)
def test_a_person_that_cannot_come_in_is_refused_with_the_column(row, refused):
    assert read_people(row) == ([], [(2, *refused)])


def test_a_birth_date_with_two_digits_is_asked_about_and_read_as_one_that_has_passed():
    table = table_in(f"{PEOPLE_HEAD}7,Pia,Blum,13 Sep 64,,,,,\n8,Paul,Reyes,2 Mar 03,,,,,\n")
    [question] = questions(mapping_of(PEOPLE), table, NORTH)
    found, _ = read_all(table, answered(mapping_of(PEOPLE), question, "dmy-past"))

    assert [one.birth_date for one in found] == [date(1964, 9, 13), date(2003, 3, 2)]


def test_a_person_is_stored_as_json_and_comes_back_as_it_was():
    [person], _ = read_people("7,José,Álvarez,1964-09-13,,,es,six-infusion-series,2026-09-01")

    assert IncomingPerson.from_json(person.as_json()) == person
