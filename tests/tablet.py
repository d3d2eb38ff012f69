"""A tablet as the server meets it: it makes an author's key, and seals rows as frontend/static/js/tablet/keys.js does."""

import base64
import json
import os
import uuid
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from programs.models import Session
from programs.services.sealed_rows import state_key
from tracker.accounts.roles import Actor

READING = {"systolic": 144, "diastolic": 92, "pulse": 88, "spo2": 97}


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def new_point() -> str:
    """The public half of a key that a browser might have made."""
    return text(point(ec.generate_private_key(ec.SECP256R1())))


def seal(inside: str, seal_with: str) -> str:
    """What only the holder of the other half of `seal_with` can open."""
    once = ec.generate_private_key(ec.SECP256R1())
    server = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.urlsafe_b64decode(seal_with + "=="))
    key = HKDF(SHA256(), 32, b"", b"sextant: a row of a tablet").derive(once.exchange(ec.ECDH(), server))
    nonce = os.urandom(12)
    return text(point(once) + nonce + AESGCM(key).encrypt(nonce, inside.encode(), None))


class Tablet:
    """One author's key on a tablet, stated at `at`."""

    def __init__(self, author: Actor, at: datetime) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.stated = state_key(text(point(self.key)), actor=author, at=at)

    def row(self, session: Session, at: datetime, kind: str = "vitals", **more: Any) -> dict[str, Any]:
        """A row of this session as it is signed."""
        ids = {"session": str(session.public_id), "patient": str(session.patient.public_id), "key": str(uuid.uuid4())}
        return ids | {"kind": kind, "happened_at": at.isoformat(), "values": READING if kind == "vitals" else {}} | more

    def sealed(self, row: dict[str, Any], *, signed: dict[str, Any] | None = None) -> dict[str, str]:
        """The envelope; `signed` is what the signature was made over where that is another row."""
        halves = decode_dss_signature(self.key.sign(json.dumps(signed or row).encode(), ec.ECDSA(SHA256())))
        signature = text(b"".join(half.to_bytes(32) for half in halves))
        letter = {"row": json.dumps(row), "signature": signature, "statement": self.stated.statement}
        return {"key": row["key"], "sealed": seal(json.dumps(letter), self.stated.seal_with)}
