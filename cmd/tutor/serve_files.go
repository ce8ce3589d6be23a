package main

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/lab/server"
	"tutor/runner/report"
)

// ownFiles are the scenarios of the user's that are served.
type ownFiles struct {
	*watching
	// names are those of the chapters, by the paths of the files; taken are those that other chapters have.
	names map[string]string
	taken []string
	// served are what was served last, by their names.
	served map[string]*server.Own
}

func newOwnFiles(args []string, chapters []*course.Chapter) (*ownFiles, error) {
	w, err := newWatching(args)
	if err != nil {
		return nil, err
	}
	o := &ownFiles{watching: w, names: map[string]string{}}
	for _, c := range chapters {
		o.taken = append(o.taken, c.Name)
	}
	return o, nil
}

// open has the files served for the first time. What is not there is an error now; later, it may come back.
func (o *ownFiles) open(ctx context.Context, t terminal, s *server.Server) error {
	sources, err := o.learn(ctx, t)
	if err != nil {
		return err
	}
	for _, each := range sources {
		if each.path == "" {
			return each.err
		}
	}
	o.save(s, sources, "")
	return nil
}

// followWhile has files that are saved served anew as long as something takes. It returns when both are over.
func (o *ownFiles) followWhile(ctx context.Context, t terminal, s *server.Server, do func(context.Context) error) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	followed := make(chan error, 1)
	go func() {
		defer end()
		followed <- o.follow(ctx, t, s)
	}()
	err := do(ctx)
	end()
	return errors.Join(err, <-followed)
}

func (o *ownFiles) follow(ctx context.Context, t terminal, s *server.Server) error {
	for {
		saved, err := o.await(ctx)
		if err != nil || ctx.Err() != nil {
			return err
		}
		sources, err := o.learn(ctx, t)
		if err != nil {
			return err
		}
		if ctx.Err() == nil {
			o.save(s, sources, saved)
		}
	}
}

// save has the files served, after one of them, or one that they take something from, was saved; if it is not known
// which one, any may have been.
func (o *ownFiles) save(s *server.Server, sources []*source, saved string) {
	var all []*server.Own
	served := map[string]*server.Own{}
	for _, each := range sources {
		name := o.name(each.name)
		if served[name] != nil { // it was named twice
			continue
		}
		own := o.served[name]
		if own == nil || o.concerned(each, saved) || own.Text != string(each.text) || (own.Chapter == nil) != (each.err != nil) {
			own = ownOf(name, each)
		}
		served[name] = own
		all = append(all, own)
	}
	o.served = served
	s.Save(all)
}

// concerned reports whether a scenario has to be shown anew when a file was saved.
func (o *ownFiles) concerned(s *source, saved string) bool {
	return saved == "" || filepath.Clean(s.path) == saved || slices.Contains(o.besides(s), saved)
}

func ownOf(name string, s *source) *server.Own {
	own := &server.Own{Name: name, File: s.name, Text: string(bytes.ToValidUTF8(s.text, []byte("\uFFFD")))}
	if s.err != nil {
		own.Mistakes = lab.Mistakes(s.name, s.err)
		return own
	}
	own.Chapter = course.Of(name, s.scenario)
	own.Chapter.Own = true
	return own
}

// name is the name of a file's chapter in paths.
func (o *ownFiles) name(path string) string {
	path = filepath.Clean(path)
	if name := o.names[path]; name != "" {
		return name
	}
	name := chapterName(path, o.taken)
	o.taken = append(o.taken, name)
	o.names[path] = name
	return name
}

// chapterName is the name of a file's chapter in paths: the file's own, with a number if that is taken.
func chapterName(path string, taken []string) string {
	base := filepath.Base(path)
	slug := course.Slug(strings.TrimSuffix(base, filepath.Ext(base)))
	name := slug
	for n := 2; name == "" || slices.Contains(taken, name); n++ {
		name = strings.Trim(slug+"-"+strconv.Itoa(n), "-")
	}
	return name
}

// said is what is served, in words.
func (o *ownFiles) said() string {
	if len(o.served) == 0 {
		return "serving the course"
	}
	return "serving the course, and " + report.Counted(len(o.served), "file") + " of your own"
}
