package scenario

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// A part of a document is compared as headers are, and a body that is no document is unlike any.
func TestDocuments(t *testing.T) {
	const body = `{"status": "Ok", "id": 9007199254740993, "price": 1.50, "note": null, "items": [{"sku": "a"}, {"sku": "b", "n": 2}]}`
	for want, fits := range map[string]bool{
		"{json: {status: Ok}}":                                 true,
		"{json: {status: ok}}":                                 false,
		"{json: {status: O<any>, price: 1.5}}":                 true,
		"{json: {id: <any>, note: <any>, items: <any>}}":       true,
		"{json: {id: 9007199254740993}}":                       true,
		"{json: {id: 9007199254740992}}":                       false,
		"{json: {price: 1..2}}":                                true,
		"{json: {price: 2..}}":                                 false,
		"{json: {status: 1..}}":                                false,
		"{json: {error: <absent>}}":                            true,
		"{json: {note: <absent>}}":                             false,
		"{json: {note: null}}":                                 true,
		"{json: {error: <any>}}":                               false,
		"{json: {items: [{sku: b}]}}":                          true,
		"{json: {items: [{sku: b}, {sku: a}]}}":                false,
		"{json: [1]}":                                          false,
		"{json: <any>}":                                        true,
		`'{"status": "Ok"<any>'`:                               true,
		"{json: {items: [{sku: b, n: 2}], price: 1.5, id: 1}}": false,
	} {
		if got := expectedBody(t, want).Fits(body); got != fits {
			t.Errorf("%s: %v", want, got)
		}
	}
	for _, broken := range []string{"", "Ok", `{"status": "Ok"`, `{"status": "Ok"} x`, "\xff", "{\"status\": \"Ok\", }"} {
		if expectedBody(t, "{json: {status: Ok}}").Fits(broken) || expectedBody(t, "{json: <any>}").Fits(broken) {
			t.Errorf("%q passes for a document", broken)
		}
	}
}

func expectedBody(t *testing.T, text string) *ExpectedBody {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil {
		t.Fatal(err)
	}
	d := &decoder{where: map[string]Position{}}
	e := &ExpectedBody{}
	e.decodeNode(d, n.Content[0], "")
	if len(d.errs) > 0 {
		t.Fatal(d.errs)
	}
	return e
}

// What differs is shown with the part of the document that is named, and with why it is none.
func TestDocumentsThatDiffer(t *testing.T) {
	for body, want := range map[string]string{
		`{"status": "No", "id": 7}`: `{message: {json: {id: 7, status: No}}}`,
		`{"status": "Ok", "id": }`:  "(not JSON: invalid character '}' looking for beginning of value, at byte 24)",
		`{"status": "Ok"`:           "(not JSON: it ends too early, after byte 15)",
		`{} {}`:                     "(not JSON: there is more behind it, from byte ",
		"plain":                     "(not JSON: invalid character 'p' looking for beginning of value, at byte 1)",
	} {
		e := &Deliveries{Lines: []*Delivery{{Message: expectedBody(t, "{json: {status: Ok, id: <any>}}")}}}
		diff := e.Diff([]Delivered{{Message: body}})
		if len(diff) != 2 || !strings.Contains(diff[1].Text, want) {
			t.Errorf("%s: %v, want %s", body, diff, want)
		}
	}
}
