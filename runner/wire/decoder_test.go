package wire

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Nothing of one payload is left when a decoder has come to the next, neither a value nor an error.
func TestDecoderForgets(t *testing.T) {
	payload := func(p Properties) []byte {
		encoded, err := AppendProperties(nil, &p)
		if err != nil {
			t.Fatal(err)
		}
		frame := AppendContentHeader(nil, 1, 5, encoded)
		return frame[frameHead : len(frame)-1]
	}
	full := Properties{Flags: FlagHeaders | FlagReplyTo, Headers: Table{{"a", "1"}, {"b", "2"}}, ReplyTo: "r"}
	less := Properties{Flags: FlagHeaders, Headers: Table{{"c", "3"}}}
	var d Decoder
	var p Properties
	for _, want := range []Properties{full, less, full} {
		if size, err := d.Content(&p, payload(want)); err != nil || size != 5 {
			t.Fatalf("a body of %d bytes, %v", size, err)
		}
		if diff := cmp.Diff(want, p); diff != "" {
			t.Error(diff)
		}
		if _, err := d.Method(nil, []byte{0, 60, 0}); err == nil {
			t.Error("half a number is a method")
		}
	}
	if size, err := d.Content(&p, payload(Properties{})); err != nil || size != 5 || len(p.Headers) != 0 || p.ReplyTo != "" {
		t.Errorf("%+v is left, %v", p, err)
	}
}
