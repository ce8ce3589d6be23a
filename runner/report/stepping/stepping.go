// Package stepping is what pages need to step through an act in a browser: modules in JavaScript, and a style sheet.
//
// The fold over the events (js/fold.js) says what there is in queues, buffers and hands, by the rules of
// [outcome.State]; the player (js/player.js) shows it, moves, and lights up the sequence diagram. A page that is one
// file has them in it ([Inline]), pages of a site load them ([Modules]).
package stepping

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

//go:embed js/*.js
var scripts embed.FS

// Style is the style sheet of pages: their letters, tables and controls, and the player.
//
//go:embed page.css
var Style string

// Modules are the files of the modules, by their names.
func Modules() fs.FS {
	modules, err := fs.Sub(scripts, "js")
	if err != nil { // the directory is embedded
		panic(err)
	}
	return modules
}

// imports are the lines with which a module takes something from another one.
var imports = regexp.MustCompile(`(?m)^import .* from '\./(.*)';\n`)

// Inline is a script that says the same as a module with those that it imports, so that a page can have it in it.
func Inline(module string) (string, error) {
	var script strings.Builder
	script.WriteString("(() => {\n'use strict';\n")
	if err := inline(&script, module, map[string]bool{}); err != nil {
		return "", err
	}
	script.WriteString("})();\n")
	return script.String(), nil
}

// inline writes a module behind those that it imports, each once.
func inline(script *strings.Builder, module string, seen map[string]bool) error {
	if seen[module] {
		return nil
	}
	seen[module] = true
	text, err := fs.ReadFile(Modules(), module)
	if err != nil {
		return fmt.Errorf("reading module %s: %w", module, err)
	}
	for _, found := range imports.FindAllSubmatch(text, -1) {
		if err := inline(script, string(found[1]), seen); err != nil {
			return err
		}
	}
	own := imports.ReplaceAllString(string(text), "")
	script.WriteString(strings.ReplaceAll("\n"+own, "\nexport ", "\n"))
	return nil
}
