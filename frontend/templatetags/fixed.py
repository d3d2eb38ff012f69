"""What is the same on every page, written once in a process: a page of the staff has some twenty addresses."""

import uuid
from typing import Any

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.utils.translation import get_language

from frontend.markup import address

register = template.Library()


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    """Django's own, which looks for nothing twice: an address of nothing, of one row, or of one row and a code."""
    node = parse_url(parser, token)
    is_plain = isinstance(node.view_name.var, str) and not node.kwargs
    return Address(node.view_name, node.args, node.kwargs, node.asvar) if is_plain else node


class Address(URLNode):
    """The address of a page, or of a page of one row."""

    def render(self, context: Context) -> str:
        public_id, *codes = [one.resolve(context) for one in self.args] or [None]
        is_of_row = isinstance(public_id, uuid.UUID) and all(isinstance(code, str) for code in codes)
        if self.args and not is_of_row:
            return str(super().render(context))
        found = address(str(self.view_name.var), public_id, *codes)
        if not self.asvar:
            return found
        context[self.asvar] = found
        return ""


@register.tag
def once(parser: Parser, token: Token) -> "Once":
    """{% once %}…{% endonce %}: written once in a process for each language. Nothing of who asks can stand in it."""
    inner = parser.parse(("endonce",))
    parser.delete_first_token()
    return Once(inner)


class Once(Node):
    """It is rendered without the variables of the page, so that no page can leave anything here."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self._written: dict[str | None, Any] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        if language not in self._written:
            self._written[language] = self.nodelist.render(context.new({}))
        return str(self._written[language])
