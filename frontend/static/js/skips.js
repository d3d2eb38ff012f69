// A question that depends on an earlier answer is away until that answer is given, and what is away is not sent.
// Without this file a patient reads when a question is asked; staff are asked it on a second page.
const showWhatIsAsked = (form) => {
  for (const question of form.querySelectorAll("[data-asked-after]")) {
    const before = form.querySelector(`[name="${CSS.escape(question.dataset.askedAfter)}"]:checked`);
    const asked = Boolean(before) && question.dataset.askedValues.split(" ").includes(before.value);
    question.hidden = question.disabled = !asked;
    if (!asked) for (const input of question.querySelectorAll(":checked")) input.checked = false;
  }
};
for (const form of document.querySelectorAll("form[data-skips]")) {
  form.addEventListener("change", () => showWhatIsAsked(form));
  showWhatIsAsked(form);
}
