"""What a manager types when bringing a file, beside its mapping."""

from collections.abc import Sequence
from typing import Any

from django import forms

from assessments.models import Import, KeptMapping
from assessments.transfer.delimited import DELIMITERS, ENCODINGS
from assessments.transfer.questions import Question
from assessments.transfer.reading import MOST_BYTES

MOST_MB = MOST_BYTES // 1024 // 1024


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label="What is in the file?", choices=Import.Kind.choices, widget=forms.RadioSelect)
    file = forms.FileField(
        label="File", help_text=f"CSV or XLSX, at most {MOST_MB} MB. Its first line names the columns.", max_length=200
    )


class FormatForm(forms.Form):
    """How a file is written, where that was recognised wrong."""

    encoding = forms.ChoiceField(label="Letters", choices=list(ENCODINGS.items()))
    delimiter = forms.ChoiceField(label="Cells apart by", choices=list(DELIMITERS.items()))
    sheet = forms.ChoiceField(label="Sheet")

    def __init__(self, row: Import, sheets: Sequence[str], *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"encoding": row.encoding, "delimiter": row.delimiter, "sheet": row.sheet}
        super().__init__(*args, **kwargs)
        for name in ("encoding", "delimiter") if row.format_kind == "xlsx" else ("sheet",):
            del self.fields[name]
        if "sheet" in self.fields:
            self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]


class KeptForm(forms.Form):
    """A mapping that is there already: kept under a name, or in a file."""

    kept = forms.ModelChoiceField(KeptMapping.objects.none(), required=False, label="A mapping that was kept")
    mapping = forms.FileField(required=False, label="or a mapping in a file (TOML)")

    def __init__(self, kept: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kept"].queryset = kept  # type: ignore[attr-defined]


class QuestionsForm(forms.Form):
    """One field for each thing that the file does not say."""

    def __init__(self, asked: Sequence[Question], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for number, question in enumerate(asked):
            self.fields[f"q{number}"] = _field_of(question)

    @property
    def answers(self) -> list[tuple[Question, str]]:
        """Each question that was answered, with its answer."""
        typed = [(question, self.cleaned_data[f"q{number}"]) for number, question in enumerate(self.asked)]
        return [(question, str(answer)) for question, answer in typed if answer not in ("", None)]


def _field_of(question: Question) -> forms.Field:
    cells = f"It stands in {question.cells} cell{'' if question.cells == 1 else 's'}. "
    help_text = cells + ("" if question.must else "Without an answer their rows are refused.")
    if not question.choices:
        return forms.IntegerField(
            required=question.must, label=str(question), help_text=help_text, initial=question.proposed or None,
            min_value=-10_000, max_value=10_000,
        )  # fmt: skip
    return forms.ChoiceField(
        required=question.must, label=str(question), help_text=help_text, initial=question.proposed,
        choices=[("", "–"), *question.choices.items()],
    )  # fmt: skip


class PublishForm(forms.Form):
    reason = forms.CharField(
        required=False, max_length=200, label="Why what stands is replaced", help_text="Needed where the file corrects something."
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="Why it is taken back", max_length=200)
