package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tutor/runner/outcome"
	"tutor/runner/report"
)

// outputs are the formats that what came of runs is written in, one of them to standard output and any
// number to files.
type outputs struct {
	known []report.Format
	// formats and file are what the flags say.
	formats []string
	file    string
}

func (o *outputs) register(cmd *cobra.Command, known []report.Format, output string) {
	o.known = known
	names := strings.Join(o.names(), ", ")
	cmd.Flags().StringArrayVar(&o.formats, "format", nil, names+" (text is the default), or one of them with =FILE to write it there, too (may be repeated)")
	cmd.Flags().StringVarP(&o.file, "output", "o", "", output)
	complete(cmd, "format", o.names()...)
}

func (o *outputs) names() (names []string) {
	for _, f := range o.known {
		names = append(names, f.Name)
	}
	return names
}

// output is a format and where it is written to; nil stands for standard output.
type output struct {
	report.Format
	file io.WriteCloser
}

// choice is a format with the name of the file that it goes to, or none.
type choice struct {
	report.Format
	path string
}

// choices are the formats that are wanted. The first is that of standard output, or of --output.
func (o *outputs) choices() ([]choice, error) {
	main := choice{o.known[0], o.file}
	var files []choice
	chosen := false
	for _, text := range o.formats {
		name, path, toFile := strings.Cut(text, "=")
		format, err := o.find(name)
		switch {
		case err != nil:
			return nil, err
		case toFile && path == "":
			return nil, fmt.Errorf("--format %s: want a file behind the =", text)
		case toFile:
			files = append(files, choice{format, path})
		case chosen:
			return nil, fmt.Errorf("--format %s: only one format goes to standard output; give the others a file (%s=FILE)", name, name)
		default:
			main.Format, chosen = format, true
		}
	}
	return append([]choice{main}, files...), nil
}

func (o *outputs) find(name string) (report.Format, error) {
	for _, f := range o.known {
		if f.Name == name {
			return f, nil
		}
	}
	return report.Format{}, fmt.Errorf("--format %q: want one of %s", name, strings.Join(o.names(), ", "))
}

func (o *outputs) check() error {
	_, err := o.choices()
	return err
}

// isText reports whether the text goes to the terminal.
func (o *outputs) isText() bool {
	all, err := o.choices()
	return err == nil && (all[0].Name == "text" || all[0].path != "")
}

// open opens the files before anything is played: nobody wants to learn only at the end that one cannot be
// written.
func (o *outputs) open(sources []*source) (opened []output, err error) {
	all, err := o.choices()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, closeAll(opened))
		}
	}()
	if err := apart(all, sources); err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.path == "" {
			opened = append(opened, output{c.Format, nil})
			continue
		}
		file, err := os.Create(c.path)
		if err != nil {
			return opened, fmt.Errorf("--output: %w", err)
		}
		opened = append(opened, output{c.Format, file})
	}
	return opened, nil
}

// apart is an error if a file is wanted for two formats, or is a scenario.
func apart(all []choice, sources []*source) error {
	seen := map[string]bool{}
	for _, c := range all {
		if c.path == "" {
			continue
		}
		for _, s := range sources {
			if s.isFile(c.path) {
				return fmt.Errorf("--output: %s is a scenario that is to be played", c.path)
			}
		}
		if seen[c.path] {
			return fmt.Errorf("--output: %s is wanted twice", c.path)
		}
		seen[c.path] = true
	}
	return nil
}

// writeAll writes the reports in all formats. What is written to a file is for no terminal.
func writeAll(outputs []output, t terminal, o report.Options, reports []*outcome.Report) error {
	var errs []error
	for _, out := range outputs {
		if out.file == nil {
			errs = append(errs, out.Write(t.out, o, reports))
		} else {
			errs = append(errs, out.Write(out.file, report.Options{Verbose: o.Verbose}, reports))
		}
	}
	return errors.Join(errs...)
}

func closeAll(outputs []output) error {
	var errs []error
	for _, out := range outputs {
		if out.file != nil {
			errs = append(errs, out.file.Close())
		}
	}
	return errors.Join(errs...)
}
