// Package page makes the pages of the laboratory: the course, its lessons, and one for scenarios of one's own. A server
// and a directory of files serve the same pages, at the same paths; what differs is who plays (the [Site]'s Backend).
//
// A lesson's page is complete as it is: its text, its scenario, and its run on the embedded broker are in it. The modules
// in js bring it to life: questions before the act is played, stepping through it, knobs, other brokers.
package page

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"sync"

	"tutor/runner/lab/course"
	"tutor/runner/report/document"
)

// Backend says who plays what a page asks for.
type Backend string

const (
	// Server is the one that the page comes from, Wasm a worker in the browser; with Nobody the page has only what was
	// recorded.
	Server Backend = "server"
	Wasm   Backend = "wasm"
	Nobody Backend = ""
)

// Policy is what a browser lets the pages do: run and apply what comes with them, and ask who plays. It is sent as
// Content-Security-Policy, or is in the pages ([Site.PolicyInside]).
func (b Backend) Policy() string {
	script := "'self'"
	if b == Wasm {
		script += " 'wasm-unsafe-eval'"
	}
	return "default-src 'none'; script-src " + script + "; style-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'"
}

// Site is a course as pages.
type Site struct {
	Chapters []*course.Chapter
	// Broken are files of the reader's that have no lessons, since they have mistakes.
	Broken  []Broken
	Backend Backend
	// PlaysOn is what the backend plays on, in words, such as "the embedded broker".
	PlaysOn string
	// PolicyInside has the pages carry their policy themselves, where nobody sends it with them.
	PolicyInside bool
}

//go:embed *.html
var templates embed.FS

// common is what all pages have.
type common struct {
	Title  string
	Policy string
	// Root leads from the page to the root of all, as in ../../
	Root string
	// Script is the module that brings the page to life.
	Script  string
	Backend Backend
	PlaysOn string
	// Data is what the module reads.
	Data template.JS
}

func (s *Site) common(title, root, script string, data any) (common, error) {
	text, err := json.Marshal(data)
	if err != nil {
		return common{}, fmt.Errorf("writing the data of page %s: %w", title, err)
	}
	c := common{Title: title, Root: root, Script: script, Backend: s.Backend, PlaysOn: s.PlaysOn, Data: template.JS(document.Harmless(text))}
	if s.PolicyInside {
		c.Policy = s.Backend.Policy()
	}
	return c, nil
}

// parsed are the templates of all pages, read when the first is made.
var parsed = sync.OnceValues(func() (*template.Template, error) {
	return template.New("pages").Funcs(template.FuncMap{"harmless": harmless, "moment": moment}).ParseFS(templates, "*.html")
})

// write makes a page of a template.
func write(name string, data any) ([]byte, error) {
	all, err := parsed()
	if err != nil {
		return nil, fmt.Errorf("writing page %s: %w", name, err)
	}
	var text bytes.Buffer
	if err := all.ExecuteTemplate(&text, name, data); err != nil {
		return nil, fmt.Errorf("writing page %s: %w", name, err)
	}
	return text.Bytes(), nil
}
