package vhost

// Counts are what has happened to messages so far.
type Counts struct {
	Published    uint64
	Returned     uint64 // to their publisher, as unroutable
	Delivered    uint64 // to consumers, and in answer to basic.get
	Acknowledged uint64
	Requeued     uint64
	Discarded    uint64 // by nack and reject without requeueing
}

// Counts tells what has happened to messages in the vhost so far.
func (v *VHost) Counts() Counts {
	v.mu.Lock()
	defer v.leave()
	return v.counts
}

// Plus is the sum of two counts.
func (c Counts) Plus(o Counts) Counts {
	return Counts{
		c.Published + o.Published, c.Returned + o.Returned, c.Delivered + o.Delivered,
		c.Acknowledged + o.Acknowledged, c.Requeued + o.Requeued, c.Discarded + o.Discarded,
	}
}

// Since is what has happened since an earlier count.
func (c Counts) Since(o Counts) Counts {
	return Counts{
		c.Published - o.Published, c.Returned - o.Returned, c.Delivered - o.Delivered,
		c.Acknowledged - o.Acknowledged, c.Requeued - o.Requeued, c.Discarded - o.Discarded,
	}
}

// Sum is how many events that are.
func (c Counts) Sum() uint64 {
	return c.Published + c.Returned + c.Delivered + c.Acknowledged + c.Requeued + c.Discarded
}

// countSettled counts deliveries that were settled.
func (c *Counts) countSettled(n int, o outcome) {
	switch o {
	case acknowledge:
		c.Acknowledged += uint64(n)
	case requeue:
		c.Requeued += uint64(n)
	case discard:
		c.Discarded += uint64(n)
	}
}
