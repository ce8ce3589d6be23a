package transcript

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// A text is what was kept, whatever it shares with others.
func FuzzTexts(f *testing.F) {
	for _, text := range []string{"", "Hello!", "1:Hello!", "p:12:Hello!", "0", "007", "4294967296", "999999999x1", "1", "a1b2", strings.Repeat("9", 600), "1:\xff"} {
		f.Add([]byte(text), []byte("2:Hello!"))
	}
	f.Fuzz(func(t *testing.T, one, other []byte) {
		var texts Texts
		want := []string{string(one), string(other), string(one)}
		kept := []Kept{texts.Keep(one), texts.Keep(other), texts.Keep(one)}
		clear(one) // its memory is the caller's
		var again Texts
		var got []Text
		for _, k := range kept {
			got = append(got, again.At(again.keep(texts.At(k))))
		}
		for i, w := range want {
			if got[i].String() != w || got[i].Len() != len(w) || !got[i].Is(w) || got[i].Is(w+"0") || Plain(w).String() != w {
				t.Errorf("%q is kept as %q, %d bytes", w, got[i].String(), got[i].Len())
			}
			for _, o := range want {
				if got[i].Is(o) != (w == o) {
					t.Errorf("%q is %q: %v", w, o, got[i].Is(o))
				}
			}
		}
	})
}

// Bodies that are counted share all but their number; what shares nothing is kept all the same.
func TestTextsShare(t *testing.T) {
	var texts Texts
	a, b := texts.Keep([]byte("p:9:Hello!")), texts.Keep([]byte("p:10:Hello!"))
	if a.frame != b.frame {
		t.Error("two bodies that are counted have frames of their own")
	}
	for n := range 3 * mostShared {
		if text := fmt.Sprintf("1%c:%d", rune('a'+n%26), n); texts.At(texts.Keep([]byte(text))).String() != text {
			t.Errorf("%s is another", text)
		}
	}
	if len(texts.shared) > mostShared {
		t.Errorf("%d frames are looked for", len(texts.shared))
	}
	for k, most := range map[reflect.Type]uintptr{reflect.TypeFor[Line](): 32, reflect.TypeFor[printed](): 24} {
		if k.Size() > most {
			t.Errorf("a %v takes %d bytes, want at most %d", k, k.Size(), most)
		}
	}
}
