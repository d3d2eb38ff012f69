"""Rows that a tablet sealed for the server: how they are opened, and how it is shown who typed them. Pure.

A tablet keeps each row twice: readable for its author alone, and sealed so that only the server can open it. Whoever is
signed in next passes the sealed copy on. Two things are proven when it is opened:

- it was sealed for this server: ECDH on P-256 with the key of SEXTANT_TABLET_KEY, HKDF, AES-GCM;
- its author typed it: ECDSA by a key that the author's browser made and does not hand out, and a statement, given by
  the server while the author was signed in, that this key is theirs for twelve hours.

frontend/static/js/tablet/keys.js does the other half.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.signing import BadSignature, Signer
from pydantic import BaseModel, ConfigDict, ValidationError

CURVE = ec.SECP256R1()
# Private keys of the curve lie between 1 and this.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
POINT_BYTES, NONCE_BYTES, NUMBER_BYTES = 65, 12, 32
PURPOSE = b"sextant: a row of a tablet"
SALT = "programs.sealing"
# How long an author's key is theirs; a sign-in holds as long.
HOLDS = timedelta(hours=12)


class NotSealedForUs(Exception):
    """It cannot be opened, or does not show who typed it."""


@dataclass(frozen=True)
class Opened:
    """What was in an envelope, the membership of the one who typed it, and when their key was stated to be theirs."""

    row: dict[str, Any]
    member_id: int
    stated_at: datetime


class Letter(BaseModel):
    """The inside of an envelope: a row as text, its author's signature, and the server's statement about their key."""

    model_config = ConfigDict(extra="forbid", strict=True)

    row: str
    signature: str
    statement: str


def public_key(secret: str) -> str:
    """What tablets seal with."""
    return _text(_private(secret).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def state_author(member_id: int, key: str, *, at: datetime, secrets: Sequence[str]) -> str:
    """The statement that `key` signs for this membership from now on. Raises NotSealedForUs for what is no key."""
    _point(_bytes(key))
    return Signer(key=secrets[0], salt=SALT).sign_object({"member": member_id, "key": key, "at": at.isoformat()})


def open_sealed(sealed: str, *, secrets: Sequence[str]) -> Opened:
    """Open an envelope and prove its author; any of our keys may be the one. Raises NotSealedForUs."""
    try:
        letter = Letter.model_validate_json(_decrypt(_bytes(sealed), secrets))
    except ValidationError as error:
        raise NotSealedForUs("There is no row in it.") from error
    stated = _stated(letter.statement, secrets)
    _verify(_bytes(stated["key"]), _bytes(letter.signature), letter.row.encode())
    row = json.loads(letter.row)
    return Opened(row, stated["member"], datetime.fromisoformat(stated["at"]))


def _stated(statement: str, secrets: Sequence[str]) -> dict[str, Any]:
    try:
        stated: dict[str, Any] = Signer(key=secrets[0], fallback_keys=list(secrets[1:]), salt=SALT).unsign_object(statement)
    except BadSignature as error:
        raise NotSealedForUs("Nothing shows who typed it.") from error
    return stated


def _verify(point: bytes, signature: bytes, signed: bytes) -> None:
    halves = signature[:NUMBER_BYTES], signature[NUMBER_BYTES:]
    encoded = encode_dss_signature(*(int.from_bytes(half) for half in halves))
    try:
        _point(point).verify(encoded, signed, ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise NotSealedForUs("Its author did not sign it.") from error


def _decrypt(envelope: bytes, secrets: Sequence[str]) -> bytes:
    theirs, rest = _point(envelope[:POINT_BYTES]), envelope[POINT_BYTES:]
    for secret in secrets:
        shared = _private(secret).exchange(ec.ECDH(), theirs)
        key = HKDF(algorithm=SHA256(), length=32, salt=b"", info=PURPOSE).derive(shared)
        try:
            return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], None)
        except (InvalidTag, ValueError):
            continue
    raise NotSealedForUs("It was sealed for another server, or changed on the way.")


def _private(secret: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int(secret, 16) % (ORDER - 1) + 1, CURVE)


def _point(raw: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw)
    except ValueError as error:
        raise NotSealedForUs("There is no key in it.") from error


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise NotSealedForUs("It is not written as a tablet writes.") from error
