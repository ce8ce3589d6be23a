package scenario

import (
	"fmt"
	"io/fs"
)

// places are where the keys of a file are written, by their paths.
type places struct {
	where map[string]Position
	// files are those of the directory that the file is in.
	files fs.FS
	// act is the path of the act.
	act string
}

// Place is where a key of an actor is written, such as "queue.arguments.x-expires"; where it is not, it is the
// place of the actor.
func (a *Act) Place(actor int, key string) Position {
	if pos, ok := a.places.where[fmt.Sprintf("%s.cast[%d].%s", a.places.act, actor, key)]; ok {
		return pos
	}
	return a.Cast[actor].Common().Pos
}
