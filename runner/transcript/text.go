package transcript

import (
	"strconv"
	"strings"
)

// Text is a text that shares what it can with others: bodies that are counted differ in their number only, and an
// act may have a million of them. The zero Text is empty.
type Text struct {
	frame *frame
	// number stands between the frame's parts; 0 is none.
	number uint32
}

// frame is what stands around a number.
type frame struct{ head, tail string }

// Plain is a text that shares nothing.
func Plain(text string) Text {
	if text == "" {
		return Text{}
	}
	return Text{frame: &frame{head: text}}
}

// String is the text.
func (t Text) String() string {
	switch {
	case t.frame == nil:
		return ""
	case t.number == 0:
		return t.frame.head
	}
	return t.frame.head + strconv.FormatUint(uint64(t.number), 10) + t.frame.tail
}

// Len is how many bytes the text has.
func (t Text) Len() int {
	if t.frame == nil {
		return 0
	}
	n := len(t.frame.head) + len(t.frame.tail)
	for rest := t.number; rest > 0; rest /= 10 {
		n++
	}
	return n
}

// Is reports whether the text is the one given.
func (t Text) Is(text string) bool {
	if t.number == 0 {
		return t.String() == text
	}
	f := t.frame
	if len(text) != t.Len() || !strings.HasPrefix(text, f.head) || !strings.HasSuffix(text, f.tail) {
		return false
	}
	var digits [10]byte
	return string(strconv.AppendUint(digits[:0], uint64(t.number), 10)) == text[len(f.head):len(text)-len(f.tail)]
}

// Texts make texts that share their frames. The zero Texts are ready for use.
type Texts struct {
	// last is the frame that was needed last, and frames are all there are, by their parts.
	last   *frame
	frames map[frame]*frame
}

// mostFrames is how many frames are kept to be shared: where there are more, there is little to share.
const mostFrames = 256

// longText is the size of texts that are not looked for among others.
const longText = 512

// Keep is a text, of which only what no other has is kept.
func (t *Texts) Keep(text []byte) Text {
	from, to := counted(text)
	if from == to || len(text) > longText {
		return Plain(string(text))
	}
	number, _ := strconv.ParseUint(string(text[from:to]), 10, 32)
	return Text{t.around(text[:from], text[to:]), uint32(number)}
}

func (t *Texts) around(head, tail []byte) *frame {
	if f := t.last; f != nil && f.head == string(head) && f.tail == string(tail) {
		return f
	}
	key := frame{string(head), string(tail)}
	f := t.frames[key]
	if f == nil {
		if t.frames == nil || len(t.frames) == mostFrames {
			t.frames = map[frame]*frame{}
		}
		f = &key
		t.frames[key] = f
	}
	t.last = f
	return f
}

// counted is where the first number of a text is, if it is one that can be written in one way only, and is small.
func counted(text []byte) (from, to int) {
	isDigit := func(i int) bool { return '0' <= text[i] && text[i] <= '9' }
	for from < len(text) && !isDigit(from) {
		from++
	}
	for to = from; to < len(text) && isDigit(to); to++ {
	}
	const mostDigits = 9
	if from == len(text) || text[from] == '0' || to-from > mostDigits {
		return 0, 0
	}
	return from, to
}
