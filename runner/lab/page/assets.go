package page

import (
	"embed"
	"fmt"
	"io/fs"

	"tutor/runner/diagram"
	"tutor/runner/report/picture"
	"tutor/runner/report/stepping"
)

//go:embed js/*.js
var modules embed.FS

var (
	//go:embed lab.css
	style []byte
	//go:embed noscript.css
	noscript []byte
)

// Assets are the files that the pages load, by their paths.
func Assets() (map[string][]byte, error) {
	own, err := fs.Sub(modules, "js")
	if err != nil {
		return nil, fmt.Errorf("reading the modules of the pages: %w", err)
	}
	assets := map[string][]byte{"noscript.css": noscript}
	assets["lab.css"] = append([]byte(picture.Style()+diagram.Style+stepping.Style), style...)
	for _, from := range []fs.FS{own, stepping.Modules()} {
		names, err := fs.Glob(from, "*.js")
		if err != nil {
			return nil, fmt.Errorf("reading the modules of the pages: %w", err)
		}
		for _, name := range names {
			if assets["js/"+name], err = fs.ReadFile(from, name); err != nil {
				return nil, fmt.Errorf("reading module %s: %w", name, err)
			}
		}
	}
	return assets, nil
}
