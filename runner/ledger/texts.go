package ledger

import "strings"

// texts keep many short texts in few pieces of memory.
type texts struct{ piece strings.Builder }

// Few texts longer than longText would share a piece, so that each has memory of its own.
const (
	pieceSize = 4096
	longText  = pieceSize / 8
)

func (t *texts) keep(text []byte) string {
	if len(text) > longText {
		return string(text)
	}
	if t.piece.Cap()-t.piece.Len() < len(text) {
		t.piece = strings.Builder{}
		t.piece.Grow(pieceSize)
	}
	from := t.piece.Len()
	t.piece.Write(text)
	return t.piece.String()[from:]
}
