package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tutor/runner/escape"
	"tutor/runner/lab/course"
	"tutor/runner/lab/site"
	"tutor/runner/report"
	"tutor/runner/target/embedded"
)

func newSite(t terminal) *cobra.Command {
	others := &recordings{}
	cmd := &cobra.Command{
		Use:   "site DIR [FILE|DIR...]",
		Short: "Write the course, and your own scenarios, as pages that any web server can serve",
		Long: `site writes what serve shows to a directory, for any web server, with nothing behind it: each lesson's page
has its run in it, and the embedded broker comes along as WebAssembly, which plays in the browser. Scenarios of your
own have pages, too, with what came of them on the embedded broker; on those nobody plays.

DIR must be empty, not there yet, or one that site has written, which is replaced when all is done.

Released programs carry the WebAssembly. Others compile it, in a checkout of the source; elsewhere the pages are made
without Play.`,
		Example: `  tutor site public && python3 -m http.server -d public
  tutor site public mine.yaml`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := writeSite(cmd.Context(), t, args[0], args[1:], others)
			if err != nil && cmd.Context().Err() != nil {
				return fmt.Errorf("broken off; %s is as it was", args[0])
			}
			return err
		},
	}
	others.register(cmd)
	return cmd
}

func writeSite(ctx context.Context, t terminal, dir string, files []string, others *recordings) (err error) {
	s := &site.Site{}
	if s.Others, err = others.others(ctx, t); err != nil {
		return err
	}
	if s.Course, err = carried(); err != nil {
		return err
	}
	if s.Own, err = ownChapters(ctx, t, files, s.Course); err != nil {
		return err
	}
	if s.Player, err = player(ctx, t); err != nil {
		return err
	}
	target := embedded.New()
	defer func() { err = errors.Join(err, target.Close()) }()
	s.Target = target
	begun := time.Now()
	w, err := s.Write(ctx, dir)
	if err != nil {
		return err
	}
	tellSite(t, dir, s, w, time.Since(begun))
	return nil
}

// ownChapters are scenarios of the user's as chapters, beside those of the course.
func ownChapters(ctx context.Context, t terminal, files []string, beside []*course.Chapter) (own []*course.Chapter, err error) {
	sources, err := load(ctx, t, files)
	if err != nil {
		return nil, err
	}
	var taken []string
	for _, c := range beside {
		taken = append(taken, c.Name)
	}
	for _, s := range sources {
		name := chapterName(s.name, taken)
		taken = append(taken, name)
		own = append(own, course.Of(name, s.scenario))
	}
	return own, nil
}

// player is who plays on the pages: the one that the program carries, or one that is compiled in the checkout that we
// are in, or nobody.
func player(ctx context.Context, t terminal) (*site.Player, error) {
	if p := site.Carried(); p != nil {
		return p, nil
	}
	checkout := site.Checkout(ctx, ".")
	if checkout == "" {
		return nil, ctx.Err()
	}
	begun := time.Now()
	fmt.Fprintln(t.err, "compiling the laboratory for browsers…")
	p, err := site.Build(ctx, checkout)
	if err == nil {
		fmt.Fprintf(t.err, "compiled in %s\n", seconds(time.Since(begun)))
	}
	return p, err
}

// tellSite tells what was written.
func tellSite(t terminal, dir string, s *site.Site, w site.Written, took time.Duration) {
	for _, u := range w.Unplayed {
		fmt.Fprintf(t.err, "without a run: %s\n", escape.Text(u))
	}
	fmt.Fprintf(t.out, "%s: %s, %s, written in %s\n", escape.Text(dir), report.Counted(w.Lessons, "lesson"), megabytes(w.Bytes), seconds(took))
	if s.Player == nil {
		fmt.Fprint(t.out, "The pages are without Play: this program does not carry the laboratory for browsers, and here is no checkout\n"+
			"of its source with a go command to compile it. Released programs carry it (make release).\n")
		return
	}
	fmt.Fprintf(t.out, "%s of that is the laboratory, which browsers load when something is played\n", megabytes(int64(len(s.Player.Packed))))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
