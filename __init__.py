"""voicegate: a SIP/PSTN voice gateway between Twilio Media Streams and OpenAI Realtime."""

__version__ = "0.1.0"
