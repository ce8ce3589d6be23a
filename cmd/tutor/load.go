package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tutor/runner/escape"
	"tutor/runner/scenario"
	"tutor/runner/suggest"
	"tutor/scenarios"
)

// source is a scenario with where it came from.
type source struct {
	// path of the file; empty for standard input and a scenario that the program carries.
	path string
	// name is what places in it are told by.
	name     string
	text     []byte
	scenario *scenario.Scenario
	// err says why there is no scenario: the file cannot be read, or has mistakes.
	err error
	// chosen are the acts to be played.
	chosen map[*scenario.Act]bool
}

// isFile reports whether the scenario is in a file of this name, or another name of it.
func (s *source) isFile(path string) bool {
	if s.path == "" {
		return false
	}
	own, err := os.Stat(s.path)
	if err != nil {
		return false
	}
	other, err := os.Stat(path)
	return err == nil && os.SameFile(own, other)
}

// load reads and decodes the scenarios that arguments name, and reports the mistakes of all of them.
func load(ctx context.Context, t terminal, args []string) ([]*source, error) {
	sources := read(ctx, t, args)
	var errs []error
	for _, s := range sources {
		if s.err != nil {
			errs = append(errs, s.err)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return sources, nil
}

// read is load, of which each source has its own mistakes. What an argument names that cannot be read is one without a
// path.
func read(ctx context.Context, t terminal, args []string) (sources []*source) {
	for _, arg := range args {
		found, err := find(ctx, t, arg)
		if err != nil {
			found = []*source{{name: arg, err: err}}
		}
		sources = append(sources, found...)
	}
	for _, s := range sources {
		if s.err != nil {
			continue
		}
		if s.scenario, s.err = s.decode(); s.err != nil {
			continue
		}
		s.chosen = map[*scenario.Act]bool{}
		for _, a := range s.scenario.Acts {
			s.chosen[a] = true
		}
	}
	return sources
}

// decode decodes a scenario, with the files beside it.
func (s *source) decode() (*scenario.Scenario, error) {
	switch {
	case s.path != "":
		return scenario.DecodeFile(s.path, s.text)
	case s.name != standardInput:
		return scenario.DecodeIn(scenarios.FS(), s.name, s.text)
	}
	return scenario.Decode(s.name, s.text)
}

// find reads what an argument names: a file, the *.yaml files of a directory, standard input, or a scenario
// that the program carries.
func find(ctx context.Context, t terminal, arg string) ([]*source, error) {
	if arg == standardInput {
		text, err := t.readAll(ctx, t.in, "standard input")
		return []*source{{name: standardInput, text: text}}, err
	}
	if dir, below := directory(arg); below {
		return findInDir(ctx, t, dir, true)
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return findInDir(ctx, t, arg, false)
	case err == nil:
		return readFiles(ctx, t, []string{arg})
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	text, err := fs.ReadFile(scenarios.FS(), arg+".yaml")
	if err != nil {
		return nil, fmt.Errorf("%s is neither a file or directory, nor a scenario that tutor carries%s", escape.Text(arg), suggest.DidYouMean(arg, scenarios.Names()))
	}
	return []*source{{name: arg, text: text}}, nil
}

func findInDir(ctx context.Context, t terminal, dir string, below bool) ([]*source, error) {
	paths, err := scenariosIn(dir, below, func(string) error { return nil })
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("there is no *.yaml in directory %s", dir)
	}
	return readFiles(ctx, t, paths)
}

func readFiles(ctx context.Context, t terminal, paths []string) ([]*source, error) {
	sources := make([]*source, len(paths))
	for i, path := range paths {
		text, err := t.readFile(ctx, path)
		if err != nil {
			return nil, err
		}
		sources[i] = &source{path: path, name: path, text: text}
	}
	return sources, nil
}

// choose keeps the acts that --act asks for.
func (f *playFlags) choose(sources []*source) error {
	if len(f.acts) == 0 {
		return nil
	}
	if slices.Contains(f.acts, "") {
		return errors.New("--act: want a number, or a part of a name")
	}
	any := false
	var names []string
	for _, s := range sources {
		clear(s.chosen)
		for _, a := range s.scenario.Acts {
			names = append(names, strconv.Quote(a.Name))
		}
		for _, wish := range f.acts {
			acts, err := wanted(s.scenario, wish)
			if err != nil {
				return err
			}
			for _, a := range acts {
				s.chosen[a], any = true, true
			}
		}
	}
	if !any {
		return fmt.Errorf("--act: no act is called so; there are: %s", strings.Join(names, ", "))
	}
	return nil
}

// wanted are the acts of a scenario that --act means.
func wanted(s *scenario.Scenario, wish string) ([]*scenario.Act, error) {
	acts, err := s.Find(wish)
	if err != nil {
		return nil, fmt.Errorf("--act %w", err)
	}
	return acts, nil
}

// completeActs completes --act by the names of the acts of the scenarios given so far.
func completeActs(t terminal) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		sources, err := load(cmd.Context(), t, args)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		for _, s := range sources {
			for _, a := range s.scenario.Acts {
				names = append(names, a.Name)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeScenarios completes an argument that names a scenario.
func completeScenarios(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return scenarios.Names(), cobra.ShellCompDirectiveDefault
}

// completeBy completes a flag by a function.
func completeBy(cmd *cobra.Command, flag string, by cobra.CompletionFunc) {
	// It only fails for a flag that does not exist.
	if err := cmd.RegisterFlagCompletionFunc(flag, by); err != nil {
		panic(err)
	}
}

// complete completes a flag that takes one of a few words.
func complete(cmd *cobra.Command, flag string, words ...string) {
	completeBy(cmd, flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}
