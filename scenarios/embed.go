// Package scenarios carries the tutorials, so that the program plays them by name wherever it is.
//
// Each *.yaml here is one tutorial; FORMAT.md is the reference of their format, schema.json the same
// for editors.
package scenarios

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.yaml schema.json FORMAT.md
var files embed.FS

// FS has the scenario files, and what describes their format.
func FS() fs.FS { return files }

// Names lists the scenarios, without .yaml, in the order of the alphabet.
func Names() []string {
	// The pattern is right, and an embedded file system cannot fail.
	paths, err := fs.Glob(files, "*.yaml")
	if err != nil {
		panic(err)
	}
	for i, path := range paths {
		paths[i] = strings.TrimSuffix(path, ".yaml")
	}
	return paths
}
