package transcript

import (
	"strconv"
	"strings"

	"tutor/runner/pile"
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

// Kept is a text that [Texts] have. There is no pointer in it, so that the garbage collector does not look through a
// million of them again and again. The zero Kept is the empty text.
type Kept struct {
	// frame counts from 1.
	frame, number uint32
}

// Texts keep texts, which share their frames. The zero Texts are ready for use.
type Texts struct {
	frames pile.Of[*frame]
	// last is the number of the frame that was needed last, and shared are those of frames by their parts.
	last   uint32
	shared map[frame]uint32
}

// mostShared is how many frames are kept to be shared: where there are more, there is little to share.
const mostShared = 256

// longText is the size of texts that are not looked for among others.
const longText = 512

// At is a text that was kept.
func (t *Texts) At(k Kept) Text {
	if k.frame == 0 {
		return Text{}
	}
	return Text{*t.frames.At(k.frame - 1), k.number}
}

// Keep keeps a text, but for what it shares with others.
func (t *Texts) Keep(text []byte) Kept {
	from, to := firstNumber(text)
	if from == to || len(text) > longText {
		return t.keep(Plain(string(text)))
	}
	number, _ := strconv.ParseUint(string(text[from:to]), 10, 32)
	if t.last != 0 {
		if f := *t.frames.At(t.last - 1); f.head == string(text[:from]) && f.tail == string(text[to:]) {
			return Kept{t.last, uint32(number)}
		}
	}
	return t.keep(Text{&frame{string(text[:from]), string(text[to:])}, uint32(number)})
}

// keep keeps a text with its frame, unless there is the same.
func (t *Texts) keep(text Text) Kept {
	switch {
	case text.frame == nil:
		return Kept{}
	case text.number == 0:
		return Kept{t.add(text.frame), 0}
	case t.last == 0 || *t.frames.At(t.last - 1) != text.frame:
		t.last = t.number(text.frame)
	}
	return Kept{t.last, text.number}
}

func (t *Texts) add(f *frame) (number uint32) {
	t.frames.Add(f)
	return t.frames.Len()
}

// number is that of a frame, or of one with the same parts.
func (t *Texts) number(f *frame) uint32 {
	number, known := t.shared[*f]
	if !known {
		if t.shared == nil || len(t.shared) == mostShared {
			t.shared = map[frame]uint32{}
		}
		number = t.add(f)
		t.shared[*f] = number
	}
	return number
}

// firstNumber is where the first number of a text is, if it is one that can be written in one way only, and is small.
func firstNumber(text []byte) (from, to int) {
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
