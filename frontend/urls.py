"""Page addresses, grouped by who uses them."""

from django.urls import path

from frontend.clinician import (
    alerts,
    course,
    dose_limits,
    enrolling,
    entering,
    orders,
    releases,
    room,
    room_rules,
    safety,
    standing_orders,
    worklist,
)
from frontend.clinician import patient as one_patient
from frontend.desk import views as desk
from frontend.ledger import counting as ledger_counting
from frontend.ledger import report as ledger_report
from frontend.ledger import session as ledger_session
from frontend.ledger import stock as ledger
from frontend.manager import columns as import_columns
from frontend.manager import imports as manager
from frontend.manager import programs as manager_programs
from frontend.manager import questionnaire
from frontend.manager import rows as import_rows
from frontend.manager import scales as own_scales
from frontend.nurse import (
    board,
    chair,
    checks,
    correcting,
    discharge,
    doses,
    events,
    handing_over,
    medicines,
    pad,
    pump,
    record,
    second_look,
    tablet,
)
from frontend.nurse import views as nurse
from frontend.patient import views as patient
from frontend.public import lock, scales
from frontend.public import programs as public_programs
from frontend.public import views as public

urlpatterns = [
    # anybody
    path("", public.home, name="home"),
    path("no-role/", public.no_role, name="no_role"),
    path("switch/", public.switch, name="switch"),
    path("lock/", lock.lock, name="lock"),
    path("locked/", lock.locked, name="locked"),
    path("theme/", public.theme, name="theme"),
    path("language/", public.language, name="language"),
    path("help/", patient.help_now, name="help"),
    path("programs/", public_programs.programs, name="programs"),
    path("programs/<slug:code>/", public_programs.program, name="program"),
    path("programs/<slug:code>/versions/<int:number>/", public_programs.version, name="program_version"),
    # the patient
    path("me/", patient.home, name="my_home"),
    path("me/check-ins/<uuid:public_id>/", patient.checkin, name="checkin"),
    path("me/check-ins/<uuid:public_id>/sent/", patient.checkin_sent, name="checkin_sent"),
    path("me/progress/", patient.progress, name="progress"),
    path("me/progress/<slug:code>/figure/", patient.progress_figure, name="progress_figure"),
    # everybody who works on the floor
    path("today/", nurse.today, name="today"),
    path("board/", board.board, name="board"),
    path("board/tiles/", board.board_tiles, name="board_tiles"),
    path("sessions/<uuid:public_id>/", nurse.session, name="session"),
    path("sessions/<uuid:public_id>/chair/", chair.chair, name="session_chair"),
    path("sessions/<uuid:public_id>/hand-over/", handing_over.hand_over, name="session_hand_over"),
    path("sessions/<uuid:public_id>/arrive/", nurse.arrive, name="session_arrive"),
    path("sessions/<uuid:public_id>/miss/", nurse.miss, name="session_miss"),
    path("sessions/<uuid:public_id>/hold/", nurse.hold, name="session_hold"),
    path("sessions/<uuid:public_id>/talk/start/", nurse.talk_start, name="talk_start"),
    path("sessions/<uuid:public_id>/talk/end/", nurse.talk_end, name="talk_end"),
    path("sessions/<uuid:public_id>/weight/", nurse.weight, name="session_weight"),
    path("sessions/<uuid:public_id>/start/", nurse.start, name="session_start"),
    path("sessions/<uuid:public_id>/vitals/", nurse.vitals, name="session_vitals"),
    path("sessions/<uuid:public_id>/vitals/<uuid:row_id>/undo/", pad.undo, name="session_undo"),
    path("sessions/<uuid:public_id>/pump/<slug:act>/", pump.pump, name="session_pump"),
    path("sessions/<uuid:public_id>/dose/", doses.dose, name="session_dose"),
    path("sessions/<uuid:public_id>/medicine/", medicines.medicine, name="session_medicine"),
    path("sessions/<uuid:public_id>/medicine/<uuid:row_id>/", medicines.standing, name="session_standing"),
    path("sessions/<uuid:public_id>/events/", events.event, name="session_event"),
    path("sessions/<uuid:public_id>/events/<uuid:row_id>/", events.more, name="session_event_more"),
    path("sessions/<uuid:public_id>/events/<uuid:row_id>/serious/", events.serious, name="session_event_serious"),
    path("set-aside/<uuid:public_id>/settled/", tablet.settled, name="set_aside_settled"),
    path("tablet/", tablet.shell, name="tablet"),
    path("incidents/<uuid:public_id>/", events.incident, name="incident"),
    path("sessions/<uuid:public_id>/notes/", nurse.note, name="session_note"),
    path("sessions/<uuid:public_id>/drafts/", nurse.draft, name="session_draft"),
    path("sessions/<uuid:public_id>/end/", nurse.end, name="session_end"),
    path("sessions/<uuid:public_id>/stop/", nurse.stop, name="session_stop"),
    path("sessions/<uuid:public_id>/correct/<slug:kind>/<uuid:row_id>/", correcting.correct, name="session_correct"),
    path("sessions/<uuid:public_id>/checks/", checks.checks, name="session_checks"),
    path("sessions/<uuid:public_id>/thoughts/", discharge.thoughts, name="session_thoughts"),
    path("sessions/<uuid:public_id>/discharge/", discharge.discharge, name="session_discharge"),
    path("sessions/<uuid:public_id>/record/", record.record, name="session_record"),
    path("sessions/<uuid:public_id>/sign/", record.sign, name="session_sign"),
    path("sessions/<uuid:public_id>/review/", record.review, name="session_review"),
    path("sessions/<uuid:public_id>/addenda/", record.addendum, name="session_addendum"),
    path("sessions/<uuid:public_id>/sheet/", record.empty_sheet, name="session_sheet"),
    path("today/sheets/", record.empty_sheets, name="today_sheets"),
    path("sessions/<uuid:public_id>/release/", releases.release, name="session_release"),
    path("releases/<uuid:public_id>/sign/", releases.sign_release, name="release_sign"),
    path("room-orders/<uuid:public_id>/sign/", releases.sign_order, name="room_order_sign"),
    path("sessions/<uuid:public_id>/move/", desk.move, name="session_move"),
    path("sessions/<uuid:public_id>/order/", orders.order, name="session_order"),
    path("sessions/<uuid:public_id>/second-look/", second_look.second_look, name="session_second_look"),
    # the drug ledger
    path("sessions/<uuid:public_id>/drug/", ledger_session.drug, name="session_drug"),
    path("sessions/<uuid:public_id>/drug/<uuid:line_id>/", ledger_session.account, name="session_account"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/receive/", ledger.receive, name="ledger_receive"),
    path("ledger/days/", ledger.days, name="ledger_days"),
    path("ledger/lots/<uuid:public_id>/", ledger.lot, name="ledger_lot"),
    path("ledger/lots/<uuid:public_id>/open/", ledger.open_vial, name="ledger_open"),
    path("ledger/lots/<uuid:public_id>/out/", ledger.take_out, name="ledger_out"),
    path("ledger/lots/<uuid:public_id>/patients/", ledger.trace, name="ledger_trace"),
    path("ledger/vials/<uuid:public_id>/", ledger.vial, name="ledger_vial"),
    path("ledger/vials/<uuid:public_id>/overfill/", ledger.overfill, name="ledger_overfill"),
    path("ledger/vials/<uuid:public_id>/rest/", ledger.rest, name="ledger_rest"),
    path("ledger/lines/<uuid:public_id>/correct/", ledger.correct, name="ledger_correct"),
    path("ledger/count/", ledger_counting.count, name="ledger_count"),
    path("ledger/counts/<uuid:public_id>/", ledger_counting.counted, name="ledger_counted"),
    path("ledger/discrepancies/<uuid:public_id>/", ledger_counting.discrepancy, name="ledger_discrepancy"),
    path("ledger/report/", ledger_report.report, name="ledger_report"),
    path("ledger/report.csv", ledger_report.report_csv, name="ledger_csv"),
    path("ledger/report.pdf", ledger_report.report_pdf, name="ledger_pdf"),
    # the room: what must hold before a dose
    path("room/", room.room, name="room"),
    path("room/limits/", room.limits, name="room_limits"),
    path("room/rules/", room_rules.rules, name="room_rules"),
    path("room/doses/<slug:code>/", dose_limits.dose_limits, name="room_dose"),
    path("room/standing-orders/", standing_orders.standing_orders, name="room_standing"),
    path("room/checklist/", room.checklist, name="room_checklist"),
    # people
    path("patients/", worklist.worklist, name="worklist"),
    path("patients/all/", desk.people, name="people"),
    path("patients/new/", desk.new_patient, name="new_patient"),
    path("patients/<uuid:public_id>/", one_patient.patient, name="patient"),
    path("patients/<uuid:public_id>/enrol/", enrolling.choose_program, name="choose_program"),
    path("patients/<uuid:public_id>/enrol/<slug:code>/", enrolling.enrol, name="enrol"),
    # the course
    path("courses/<uuid:public_id>/", one_patient.course, name="course"),
    path("courses/<uuid:public_id>/consent/", course.consent, name="course_consent"),
    path("courses/<uuid:public_id>/safety/", safety.safety, name="course_safety"),
    path("courses/<uuid:public_id>/safety/add/", safety.safety_add, name="course_safety_add"),
    path("courses/<uuid:public_id>/safety/<uuid:item_id>/end/", safety.safety_end, name="course_safety_end"),
    path("courses/<uuid:public_id>/safety/review/", safety.safety_review, name="course_safety_review"),
    path("courses/<uuid:public_id>/pause/", course.pause, name="course_pause"),
    path("courses/<uuid:public_id>/resume/", course.resume, name="course_resume"),
    path("courses/<uuid:public_id>/stop/", course.stop, name="course_stop"),
    path("courses/<uuid:public_id>/infusions/", course.infusions, name="course_infusions"),
    path("courses/<uuid:public_id>/totals/", entering.total, name="course_total"),
    path("courses/<uuid:public_id>/charts/<slug:code>/figure/", one_patient.figure, name="course_figure"),
    path("check-ins/<uuid:public_id>/enter/", entering.enter, name="checkin_enter"),
    path("alerts/<uuid:public_id>/", alerts.alert, name="alert"),
    # the scales
    path("scales/", scales.scales, name="scales"),
    path("scales/new/", own_scales.new_total, name="scale_new"),
    path("scales/from-file/", questionnaire.from_file, name="scale_from_file"),
    path("scales/<slug:code>/", scales.scale, name="scale"),
    path("scales/<slug:code>/text/", own_scales.text, name="scale_text"),
    path("scales/<slug:code>/text.csv", own_scales.empty_text, name="scale_text_empty"),
    path("scales/<slug:code>/change/", own_scales.change, name="scale_change"),
    # the manager
    path("programs/<slug:code>/change/", manager_programs.change, name="program_change"),
    path("programs/<slug:code>/switch/", manager_programs.switch, name="program_switch"),
    path("imports/", manager.imports, name="imports"),
    path("imports/<uuid:public_id>/", manager.one_import, name="import"),
    path("imports/<uuid:public_id>/progress/", manager.progress, name="import_progress"),
    path("imports/<uuid:public_id>/columns/", import_columns.columns, name="import_columns"),
    path("imports/<uuid:public_id>/format/", import_columns.change, name="import_format"),
    path("imports/<uuid:public_id>/questions/", import_columns.questions, name="import_questions"),
    path("imports/<uuid:public_id>/mapping.toml", import_columns.mapping, name="import_mapping"),
    path("imports/<uuid:public_id>/rows/<slug:verdict>/", import_rows.rows, name="import_rows"),
    path("imports/<uuid:public_id>/refused.csv", import_rows.refused, name="import_refused"),
]
