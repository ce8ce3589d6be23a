// Package scenarios carries the course, so that the program plays it by name wherever it is.
//
// Each *.yaml here is one chapter of it; README.md is its table of contents, FORMAT.md the reference of
// their format, schema.json the same for editors.
package scenarios

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// FS has the scenario files.
func FS() fs.FS { return files }

//go:embed schema.json FORMAT.md
var format embed.FS

// Format has what describes the scenarios' format. It is apart so that programs without it need not carry it.
func Format() fs.FS { return format }

// order is the one in which the chapters are best learned.
var order = [...]string{
	"hello", "declaring", "envelope",
	"workqueue", "acknowledging", "redelivery", "sharing", "channels",
	"confirming", "transactions",
	"fanout", "direct", "topic", "routing", "changing",
	"limits", "ttl", "deadletters", "retrying", "ordering",
	"asking",
	"restarting",
	"tls", "permissions",
}

// Names lists the scenarios, without .yaml, in the order in which they are best learned; those without a place
// in it come last, in the order of the alphabet.
func Names() []string {
	// The pattern is right, and an embedded file system cannot fail.
	paths, err := fs.Glob(files, "*.yaml")
	if err != nil {
		panic(err)
	}
	for i, path := range paths {
		paths[i] = strings.TrimSuffix(path, ".yaml")
	}
	place := func(name string) int {
		if i := slices.Index(order[:], name); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(paths, func(a, b string) int { return place(a) - place(b) })
	return paths
}
