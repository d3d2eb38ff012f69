"""Who gets what answer at which address: written by hand from the clinic's rules, never from what the app answered.

One line an address: its name, whose row it is asked for, the answers to GET, the answers to POST. The row is always
Pia's, of the north clinic; Paul is another patient there, Omar a clinician of the south. A single letter is for all.

    k  the page                      x  not for this role (403)
    s  to the sign-in                .  nothing here (404), the same whether the row exists or not
    r  to another page               m  not by this method (405)
    i  let in: done, or told what is missing
"""

from dataclasses import dataclass

PEOPLE = ("nobody", "pia", "paul", "nils", "maya", "theo", "dana", "alma", "omar")

TABLE = """
# address               row       GET:nobody|pia paul|nils maya theo dana alma|omar  POST
# anybody
home                    -         s|rr|rrrrr|r  m
no_role                 -         s|xx|xxxxx|x  m
switch                  -         s|kk|kkkkk|k  s|ii|iiiii|i
lock                    -         m             s|xx|iiiii|i
locked                  -         s|rr|rrrrr|r  s|ii|iiiii|i
theme                   -         m             i
language                -         m             i
help                    -         k             m
tablet                  -         k             m
programs                -         s|xx|kkkkk|k  m
program                 program   s|xx|kkkkk|k  m
program_version         version   s|xx|kkkkk|.  m
# the patient
my_home                 -         s|kk|xxxxx|x  m
checkin                 checkin   s|k.|xxxxx|x  s|i.|xxxxx|x
checkin_sent            sent      s|k.|xxxxx|x  m
progress                -         s|kk|xxxxx|x  m
progress_figure         scale     s|k.|xxxxx|x  m
# the floor: the record is the nurse's and the clinician's
today                   -         s|xx|kkkkk|k  m
board                   -         s|xx|kkxxx|k  m
board_tiles             -         s|xx|kkxxx|k  m
session                 session   s|xx|kkxxx|.  m
# only a training clinic has these
training                -         s|xx|..xxx|.  s|xx|..xxx|.
session_practice        session   s|xx|..xxx|.  m
session_chair           session   s|xx|kkxkx|.  s|xx|iixix|.
session_hand_over       session   s|xx|kkxxx|.  s|xx|iixxx|.
session_arrive          session   m             s|xx|iiiix|.
session_miss            session   m             s|xx|iiiix|.
session_hold            session   m             s|xx|iixxx|.
talk_start              session   m             s|xx|xiixx|.
talk_end                session   m             s|xx|xiixx|.
session_weight          session   m             s|xx|iixxx|.
session_start           session   m             s|xx|iixxx|.
session_vitals          session   m             s|xx|iixxx|.
session_undo            reading   m             s|xx|iixxx|.
session_pump            pump      m             s|xx|iixxx|.
session_dose            session   s|xx|rrxxx|.  s|xx|iixxx|.
session_medicine        session   s|xx|kkxxx|.  s|xx|iixxx|.
session_standing        standing  m             s|xx|iixxx|.
session_event           session   m             s|xx|iixxx|.
session_event_more      event     m             s|xx|iixxx|.
session_event_serious   event     m             s|xx|iixxx|.
set_aside_settled       aside     m             s|xx|iixxx|.
incident                incident  s|xx|kkxxx|.  s|xx|xixxx|.
session_note            session   m             s|xx|iixxx|.
session_draft           session   m             s|xx|iixxx|.
session_end             session   m             s|xx|iixxx|.
session_stop            session   m             s|xx|iixxx|.
session_correct         weight    s|xx|kkxxx|.  s|xx|iixxx|.
session_checks          session   m             s|xx|iixxx|.
session_thoughts        session   m             s|xx|iixxx|.
session_discharge       session   s|xx|rrxxx|.  s|xx|iixxx|.
session_paper           session   s|xx|kkxxx|.  s|xx|iixxx|.
session_record          session   s|xx|kkxxx|.  m
session_sign            session   m             s|xx|iixxx|.
session_review          session   m             s|xx|xixxx|.
session_wrong_patient   session   s|xx|xrxxx|.  s|xx|xrxxx|.
session_crossed         session   s|xx|xrxxx|.  s|xx|xrxxx|.
session_addendum        session   m             s|xx|iixxx|.
session_sheet           session   s|xx|kkxxx|.  m
today_sheets            -         s|xx|kkxxx|k  m
session_release         session   m             s|xx|iixxx|.
release_sign            release   m             s|xx|xixxx|.
room_order_sign         ordered   m             s|xx|xixxx|.
session_move            session   s|xx|kkxkx|.  s|xx|iixix|.
session_cancel          session   s|xx|xkxxx|.  s|xx|xixxx|.
session_order           session   s|xx|xkxxx|.  s|xx|xixxx|.
session_second_look     session   s|xx|kkxxx|.  s|xx|iixxx|.
# the drug ledger: kept by nurse and clinician, read by the manager too
session_drug            session   s|xx|kkxxx|.  s|xx|iixxx|.
session_account         draw      m             s|xx|iixxx|.
ledger                  -         s|xx|kkxxk|k  m
ledger_receive          -         s|xx|kkxxx|k  s|xx|iixxx|i
ledger_days             -         s|xx|xkxxx|k  s|xx|xixxx|i
ledger_lot              lot       s|xx|kkxxk|.  m
ledger_open             lot       m             s|xx|iixxx|.
ledger_out              lot       s|xx|kkxxx|.  s|xx|iixxx|.
ledger_trace            lot       s|xx|kkxxk|.  m
ledger_vial             vial      s|xx|kkxxk|.  m
ledger_overfill         vial      s|xx|kkxxx|.  s|xx|iixxx|.
ledger_rest             vial      s|xx|kkxxx|.  s|xx|iixxx|.
ledger_correct          line      s|xx|kkxxx|.  s|xx|iixxx|.
ledger_count            -         s|xx|kkxxx|k  s|xx|iixxx|i
ledger_counted          count     s|xx|kkxxk|.  m
ledger_discrepancy      differs   s|xx|xkxxx|.  s|xx|xixxx|.
ledger_report           -         s|xx|kkxxk|k  m
ledger_csv              -         s|xx|kkxxk|k  m
ledger_pdf              -         s|xx|kkxxk|k  m
# the room: signed by a clinician
room                    -         s|xx|kkxxx|k  m
room_limits             -         s|xx|xkxxx|k  s|xx|xixxx|i
room_rules              -         s|xx|xkxxx|k  s|xx|xixxx|i
room_dose               program   s|xx|xkxxx|k  s|xx|xixxx|i
room_standing           -         s|xx|xkxxx|k  s|xx|xixxx|i
room_checklist          -         s|xx|xkxxx|k  s|xx|xixxx|i
room_cover              -         s|xx|xkxxx|k  s|xx|xixxx|i
room_going_home         -         s|xx|xkxxx|k  s|xx|xixxx|i
course_safety           course    s|xx|kkxxx|.  m
course_safety_add       course    m             s|xx|iixxx|.
course_safety_end       item      m             s|xx|iixxx|.
course_safety_review    course    m             s|xx|xixxx|.
# people: no scores for the desk
worklist                -         s|xx|kkkxk|k  m
people                  -         s|xx|kkkkk|k  m
new_patient             -         s|xx|xkxkk|k  s|xx|xixii|i
patient                 patient   s|xx|kkkkk|.  m
choose_program          patient   s|xx|xkxxx|.  m
enrol                   enrol     s|xx|xkxxx|.  s|xx|xixxx|.
# the course: changed by the clinician
course                  course    s|xx|rrrrr|.  m
course_consent          course    s|xx|kkxxx|.  s|xx|iixxx|.
course_pause            course    s|xx|xkxxx|.  s|xx|xixxx|.
course_resume           course    s|xx|xkxxx|.  s|xx|xixxx|.
course_stop             course    s|xx|xkxxx|.  s|xx|xixxx|.
course_infusions        course    s|xx|xkxxx|.  s|xx|xixxx|.
course_total            course    s|xx|kkkxx|.  s|xx|iiixx|.
course_figure           figure    s|xx|kkkxk|.  m
checkin_enter           checkin   s|xx|kkkxx|.  s|xx|iiixx|.
alert                   alert     s|xx|kkkxx|.  s|xx|xixxx|.
# what the clinic offers
program_change          program   s|xx|xkxxk|k  s|xx|xixxi|i
program_switch          program   m             s|xx|xixxi|i
# the scales: read by all who work here, defined by the manager and the clinician
scales                  -         s|xx|kkkkk|k  m
scale                   scale     s|xx|kkkkk|k  m
scale_new               -         s|xx|xkxxk|k  s|xx|xixxi|i
scale_from_file         -         s|xx|xkxxk|k  s|xx|xixxi|i
scale_text              licensed  s|xx|xkxxk|k  s|xx|xixxi|i
scale_text_empty        licensed  s|xx|xkxxk|k  m
scale_change            own       s|xx|xkxxk|.  s|xx|xixxi|.
# bringing scores
imports                 -         s|xx|xkxxk|k  s|xx|xixxi|i
import                  import    s|xx|xkxxk|.  s|xx|xixxi|.
import_progress         import    s|xx|xkxxk|.  m
import_columns          import    s|xx|xkxxk|.  s|xx|xixxi|.
import_format           import    m             s|xx|xixxi|.
import_questions        import    s|xx|xrxxr|.  s|xx|xixxi|.
import_mapping          import    s|xx|xkxxk|.  s|xx|xixxi|.
import_rows             staged    s|xx|xkxxk|.  s|xx|xixxi|.
import_refused          import    s|xx|xkxxk|.  m
# the way in; sign-up is closed, and says so
account_login           -         k|rr|rrrrr|r  i
account_logout          -         s|kk|kkkkk|k  s
account_inactive        -         k             m
account_reset_password  -         k             i
account_reset_password_done - k m
account_reset_password_from_key reset k i
account_reset_password_from_key_done - k m
account_change_password -         s|kk|kkkkk|k  s|ii|iiiii|i
account_signup          -         k|rr|rrrrr|r  i
account_reauthenticate  -         s|kk|kkkkk|k  s|ii|iiiii|i
# the API: no sign-in page to send anybody to
api_today               -         x|xx|kkkkk|k  x|mm|mmmmm|m
api_rows                session   x|mm|mmmmm|m  x|xx|iixxx|.
api_tablet_key          -         x|mm|mmmmm|m  x|xx|iixxx|i
api_tablet_sealed       -         x|mm|mmmmm|m  x|xx|iiiii|i
api_tablet              session   x|xx|kkxxx|.  x|xx|iixxx|.
api_checkins            -         x|kk|xxxxx|x  x|mm|mmmmm|m
api_answers             checkin   x|mm|mmmmm|m  x|i.|xxxxx|x
api_history             patient   x|k.|kkkxk|.  x|mm|mmmmm|m
api_schema              -         x|kk|kkkkk|k  x|mm|mmmmm|m
"""


@dataclass(frozen=True)
class Row:
    """One address with everybody's answers by name."""

    name: str
    row: str
    get: dict[str, str]
    post: dict[str, str]


def read_table(text: str = TABLE) -> dict[str, Row]:
    """The rows by the name of their address."""
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {name: Row(name, row, _by_name(get), _by_name(post)) for name, row, get, post in lines}


def _by_name(letters: str) -> dict[str, str]:
    letters = letters.replace("|", "")
    return dict(zip(PEOPLE, letters * len(PEOPLE) if len(letters) == 1 else letters, strict=True))
