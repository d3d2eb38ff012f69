"""make messages: what patients and signed-out people read, collected into the Spanish catalogue, which is then compiled.

Staff read English, so only the templates and modules named here are searched. Template strings come from Django's
own parser and Python strings from the syntax tree, so no gettext tools are needed. A test holds the catalogue to it.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import django
import polib
from django.template import Engine, Node
from django.template.base import FilterExpression
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "frontend" / "templates"
CATALOGUE = ROOT / "frontend" / "locale" / "es" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")

# What these extend or include is searched too. Django's forms draw the two components by their own name.
PAGES = (
    "429.html", "account/*.html", "account/email/*.txt", "allauth/**/*.html", "components/field.html", "components/form.html",
    "patient/*.html", "public/error.html", "public/no_role.html", "public/switch.html",
)  # fmt: skip
MODULES = (
    "frontend/doors.py", "frontend/patient/*.py", "frontend/public/views.py", "frontend/charts/of_course.py",
    "assessments/sentences.py", "assessments/scoring.py", "assessments/services/answering.py",
    "programs/models/plans.py", "tracker/accounts/roles.py", "tracker/audit/services.py",
)  # fmt: skip
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}

# English and its plural, "" where it has none.
Words = tuple[str, str]


def main() -> int:
    """Bring the catalogue up to date and compile it; 1 while a string has no Spanish."""
    catalogue = polib.pofile(str(CATALOGUE), wrapwidth=120)
    known = {(entry.msgid, entry.msgid_plural): entry for entry in catalogue}
    catalogue[:] = [_entry(words, places, known.get(words)) for words, places in found_words().items()]
    catalogue.save()
    catalogue.save_as_mofile(str(COMPILED))
    missing = [entry.msgid for entry in catalogue if not entry.translated()]
    for msgid in missing:
        print(f"no Spanish yet: {msgid}", file=sys.stderr)  # noqa: T201
    return 1 if missing else 0


def _entry(words: Words, places: list[str], known: polib.POEntry | None) -> polib.POEntry:
    entry = known or polib.POEntry(msgid=words[0], msgid_plural=words[1], msgstr_plural={0: "", 1: ""} if words[1] else {})
    # No line numbers: they would change with every edit.
    entry.occurrences = [(place, "") for place in places]
    entry.flags = ["python-format"] if "%(" in words[0] else []
    return entry


def found_words() -> dict[Words, list[str]]:
    """Every string to translate, with the files in which it stands."""
    found: dict[Words, list[str]] = {}
    for place, words in (*_in_templates(), *_in_modules()):
        places = found.setdefault(words, [])
        if place not in places:
            places.append(place)
    return found


def patient_templates() -> list[str]:
    """The templates of PAGES and everything of ours that they extend or include."""
    waiting = [str(path.relative_to(TEMPLATES)) for page in PAGES for path in TEMPLATES.glob(page)]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [other for node in _nodes(name) if (other := _named(node))]
    return sorted(seen)


def patient_modules() -> list[str]:
    """The Python files of MODULES."""
    return sorted(str(path.relative_to(ROOT)) for pattern in MODULES for path in ROOT.glob(pattern))


def _nodes(name: str) -> list[Node]:
    return Engine.get_default().get_template(name).nodelist.get_nodes_by_type(Node)


def _named(node: Node) -> str:
    """The template that a node extends or includes, "" for other nodes. join() makes plain text of a SafeString."""
    target = node.parent_name if isinstance(node, ExtendsNode) else node.template if isinstance(node, IncludeNode) else None
    return "".join(target.var) if isinstance(target, FilterExpression) and isinstance(target.var, str) else ""


def _in_templates() -> Iterator[tuple[str, Words]]:
    for name in patient_templates():
        for node in _nodes(name):
            if isinstance(node, TranslateNode):
                # Django looks a literal up with its per cent signs doubled.
                yield f"frontend/templates/{name}", (node.filter_expression.var.literal.replace("%", "%%"), "")
            elif isinstance(node, BlockTranslateNode):
                plural = node.render_token_list(node.plural)[0] if node.plural else ""
                yield f"frontend/templates/{name}", (node.render_token_list(node.singular)[0], plural)


def _in_modules() -> Iterator[tuple[str, Words]]:
    for name in patient_modules():
        for call in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in GETTEXT:
                said = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                yield name, (said[0], said[1] if call.func.id.startswith("n") else "")


if __name__ == "__main__":
    import os

    import tests.environment  # noqa: F401

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    django.setup()
    sys.exit(main())
