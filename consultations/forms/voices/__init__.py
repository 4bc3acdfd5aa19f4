"""Forms in which visitors say something, and those behind the signed link in which they change it.

fields.py (long texts, the author), places.py (what a remark may be about), letters.py (several voices in one letter),
proposals.py, remarks.py.
"""

from consultations.forms.voices.fields import AuthorFields
from consultations.forms.voices.letters import LetterForm
from consultations.forms.voices.proposals import ProposalChangeForm, ProposalForm
from consultations.forms.voices.remarks import RemarkChangeForm, RemarkForm

__all__ = ["AuthorFields", "LetterForm", "ProposalChangeForm", "ProposalForm", "RemarkChangeForm", "RemarkForm"]
