package transcript

import "testing"

// What is added to a recorder that is closed is nobody's line.
func TestClosed(t *testing.T) {
	var r Recorder
	r.Add(Line{Kind: Received, Text: Plain("m")}, 0)
	if lines := r.Close(); len(lines) != 1 || lines[0].String() != "Received: m" {
		t.Errorf("lines %v", lines)
	}
	r.Add(Line{Kind: Received, Text: Plain("late")}, 0)
	if lines := r.Close(); len(lines) != 0 {
		t.Errorf("lines %v", lines)
	}
}
