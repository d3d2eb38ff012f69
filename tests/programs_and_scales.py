"""The programs and the scales as their files say, and the scale files that only tests have. No database."""

from pathlib import Path

import assessments.scales
import programs.protocols
from assessments.scales import Scale, read_scales
from programs.protocols import Protocol, read_protocols

DATA = Path(__file__).parent / "data"
PROTOCOL_FOLDER = Path(programs.protocols.__file__).parent
SCALE_FOLDER = Path(assessments.scales.__file__).parent
TEST_SCALE_FOLDER = DATA / "scales"


def _definitions(written):
    return {code: found.definition for code, found in written.items()}


PROTOCOLS: dict[str, Protocol] = _definitions(read_protocols([PROTOCOL_FOLDER]))
SCALES: dict[str, Scale] = _definitions(read_scales([SCALE_FOLDER]))
TEST_SCALES: dict[str, Scale] = _definitions(read_scales([TEST_SCALE_FOLDER]))
