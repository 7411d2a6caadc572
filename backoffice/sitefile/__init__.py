from __future__ import annotations

from backoffice.sitefile.apply import Applied, apply
from backoffice.sitefile.read import SiteFileError, read

__all__ = ["Applied", "SiteFileError", "apply", "read"]
