package report

import (
	"io"

	"tutor/runner/outcome"
	"tutor/runner/report/document"
	"tutor/runner/report/picture"
)

// Format is a way to write what came of runs when all of them are over.
type Format struct {
	Name string
	// Write writes the reports. Options are for the formats that people read.
	Write func(w io.Writer, o Options, reports []*outcome.Report) error
}

// Formats are the ways to write what came of scenarios on one target.
func Formats() []Format {
	return []Format{{"text", WriteText}, {"json", writeJSON}, {"junit", writeJUnit}, {"mermaid", writeMermaid}, {"svg", writeSVG}, {"html", writeHTML}}
}

// MatrixFormats are the ways to write what came of scenarios on several targets, side by side.
func MatrixFormats() []Format {
	return []Format{{"text", Matrix}, {"markdown", writeMarkdown}, {"json", writeJSON}, {"junit", writeJUnit}, {"html", writeHTML}}
}

// WriteText writes the text of runs that are over, as [Text] does while they are played.
func WriteText(w io.Writer, o Options, reports []*outcome.Report) error {
	text := NewText(w, o)
	for _, r := range reports {
		if len(r.Acts) > 0 {
			text.Scenario(r.Scenario)
		}
		for _, a := range r.Acts {
			text.Act(a)
		}
	}
	text.End(reports)
	return text.Err()
}

func writeJSON(w io.Writer, _ Options, reports []*outcome.Report) error {
	return document.Write(w, reports)
}

func writeJUnit(w io.Writer, _ Options, reports []*outcome.Report) error { return JUnit(w, reports) }

func writeMarkdown(w io.Writer, _ Options, reports []*outcome.Report) error {
	return MatrixMarkdown(w, reports)
}

func writeMermaid(w io.Writer, _ Options, reports []*outcome.Report) error {
	return picture.WriteMermaid(w, reports)
}

func writeSVG(w io.Writer, _ Options, reports []*outcome.Report) error {
	return picture.WriteSVG(w, reports)
}

func writeHTML(w io.Writer, _ Options, reports []*outcome.Report) error { return HTML(w, reports) }
