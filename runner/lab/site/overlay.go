package site

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// without are the packages of the standard library that browsers get an empty one for, from the directory without. The
// client library imports them, so that no program that has it can be linked without; what calls them is left out there
// anyway (the files *_js.go of packages stage and embedded).
var without = [...]string{"crypto/tls", "crypto/x509"}

// writeOverlay writes what go build is to take in place of the packages' files (go help build, -overlay).
func writeOverlay(ctx context.Context, checkout, file string) error {
	listed, err := goCommand(ctx, checkout, "", append([]string{"list", "-json=Dir,GoFiles,ImportPath"}, without[:]...)...)
	if err != nil {
		return err
	}
	replaced := map[string]string{}
	for decoder := json.NewDecoder(bytes.NewReader(listed)); ; {
		var p struct {
			Dir, ImportPath string
			GoFiles         []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("reading the list of packages: %w", err)
		}
		for _, name := range p.GoFiles {
			replaced[filepath.Join(p.Dir, name)] = "" // as if it were not there
		}
		name := path.Base(p.ImportPath)
		replaced[filepath.Join(p.Dir, name+".go")] = filepath.Join(checkout, "runner", "lab", "site", "without", name, name+".go")
	}
	text, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}
