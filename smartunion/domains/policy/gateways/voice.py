"""Speech to text at the configured server; the recording is passed on and kept nowhere.

A voice may count as biometric data: it serves to write one question down, so it is gone when that
is written (PIPL 19, 28, 47).
"""

import httpx
from django.conf import settings

from smartunion.domains.policy.rules import desk_refusals as refusals

MOST_BYTES = 5 * 1024 * 1024
LEAST_BYTES = 200
MOST_SECONDS = 60
ANSWER_SECONDS = 20.0
LONGEST = 400
BEGINNINGS = {
    b"\x1aE\xdf\xa3": ("webm", "audio/webm"),
    b"OggS": ("ogg", "audio/ogg"),
    b"RIFF": ("wav", "audio/wav"),
}
"""How recordings of browsers begin; MP4 says so from its fifth byte on."""


def is_open() -> bool:
    """Test if a transcription server is configured."""
    return bool(settings.POLICY_VOICE_URL)


def transcribe(recording: bytes) -> str:
    """Return what was said. Raises VoiceClosed, VoiceWrong or VoiceSilent."""
    if not is_open():
        raise refusals.VoiceClosed
    name, kind = _kind(recording)
    try:
        with httpx.Client(
            base_url=f"{settings.POLICY_VOICE_URL.rstrip('/')}/",
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=2.0),
            trust_env=False,
        ) as http:
            got = http.post(
                "audio/transcriptions",
                headers={"Authorization": f"Bearer {settings.POLICY_MODEL_KEY}"}
                if settings.POLICY_MODEL_KEY
                else {},
                data={"model": settings.POLICY_VOICE_NAME, "language": "zh",
                      "response_format": "json"},
                files={"file": (f"speech.{name}", recording, kind)},
            )  # fmt: skip
        said = got.json().get("text") if got.status_code == httpx.codes.OK else None
    except (httpx.HTTPError, ValueError, AttributeError) as silent:
        raise refusals.VoiceSilent from silent
    if not isinstance(said, str):
        raise refusals.VoiceSilent
    if not said.strip():
        raise refusals.VoiceWrong(why="没有听到话")
    return " ".join(said.split())[:LONGEST]


def _kind(recording: bytes) -> tuple[str, str]:
    """Return the file's ending and type by its first bytes; refuse what is no recording."""
    if len(recording) > MOST_BYTES:
        raise refusals.VoiceWrong(why=f"超过 {MOST_BYTES // 1024 // 1024} MB")
    if len(recording) < LEAST_BYTES:
        raise refusals.VoiceWrong(why="没有录到声音")
    if recording[4:8] == b"ftyp":
        return "m4a", "audio/mp4"
    for beginning, kind in BEGINNINGS.items():
        if recording.startswith(beginning):
            return kind
    raise refusals.VoiceWrong(why="不是录音文件")
