package vhost

// rotation is the consumers of a queue that may be offered its next message, highest priority first
// (RabbitMQ's x-priority), within one priority in turn. It is a list per priority, linked through the
// consumers, so that taking one out is cheap wherever it stands.
type rotation struct {
	rings    []*ring // by falling priority, none empty
	removals uint64
}

type ring struct {
	priority    int64
	first, last *consumer
}

// front returns the consumer whose turn it is, or nil.
func (r *rotation) front() *consumer {
	if len(r.rings) == 0 {
		return nil
	}
	return r.rings[0].first
}

// append puts c at the end of its priority.
func (r *rotation) append(c *consumer) {
	g := r.ring(c.priority)
	c.inRotation, c.prev, c.next = true, g.last, nil
	if g.last == nil {
		g.first = c
	} else {
		g.last.next = c
	}
	g.last = c
}

// ring finds or inserts the list for a priority.
func (r *rotation) ring(priority int64) *ring {
	i := 0
	for i < len(r.rings) && r.rings[i].priority > priority {
		i++
	}
	if i == len(r.rings) || r.rings[i].priority != priority {
		r.rings = append(r.rings, nil)
		copy(r.rings[i+1:], r.rings[i:])
		r.rings[i] = &ring{priority: priority}
	}
	return r.rings[i]
}

// remove takes c out; it is no error if it is not in.
func (r *rotation) remove(c *consumer) {
	if !c.inRotation {
		return
	}
	r.removals++
	c.removed = r.removals
	g := r.ring(c.priority)
	if c.prev == nil {
		g.first = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		g.last = c.prev
	} else {
		c.next.prev = c.prev
	}
	c.inRotation, c.prev, c.next = false, nil, nil
	if g.first == nil {
		r.drop(g)
	}
}

func (r *rotation) drop(g *ring) {
	for i := range r.rings {
		if r.rings[i] == g {
			r.rings = append(r.rings[:i], r.rings[i+1:]...)
			return
		}
	}
}

// moveToEnd is remove and append in one.
func (r *rotation) moveToEnd(c *consumer) {
	if c.next == nil && c.inRotation {
		return
	}
	r.remove(c)
	r.append(c)
}
