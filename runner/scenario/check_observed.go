package scenario

// Checks of what is expected of deliveries.

func (c *checker) deliveries(all map[string]*Deliveries, path string, cast *cast) {
	for name, e := range all {
		at := path + "." + name
		switch {
		case !c.refer(cast, at, name):
		case !cast.receives(name):
			c.at(at, "%s is a publisher that gets nothing: no step tells it to, and it waits for no replies", name)
		}
		if e == nil || !c.given(at+".counts") {
			continue
		}
		for _, key := range []string{"lines", "unordered"} {
			if c.given(at + "." + key) {
				c.at(at+"."+key, "counts say how often messages come, so %s has no effect", key)
			}
		}
		if len(e.Counts) == 0 {
			c.at(at+".counts", "counts that name no message are true of any deliveries")
		}
	}
}
