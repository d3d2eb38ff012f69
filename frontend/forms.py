"""How a form is drawn: one field template, shared with allauth's pages."""

from collections.abc import Callable

from django import forms
from django.forms.renderers import TemplatesSetting

from tracker.errors import Refused


class FieldRenderer(TemplatesSetting):
    """Django's forms through our templates."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


def attempt(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do `act`; what it refuses stands in `form`, at the field that has to change. Gives whether it was done."""
    try:
        act()
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True
