package contracts

import "ratable/internal/fault"

// Paper checks a file that is to be kept with something else than a contract, as one that is attached to a contract is
// checked: what it is follows from its content, never from what somebody said. Findings are about "file".
func Paper(name string, content []byte) (Attachment, []fault.Field) { return paper(name, "", content) }
