// Package browsertest has tests look at pages in a real browser: Chromium without a window, driven through its
// debugging protocol. A test opens tabs, presses keys, turns the lights off, and asks what a page shows. Whatever goes
// wrong in a tab beside that (an error on the console, an exception, a violation of the page's policy, a request that
// fails) fails its test.
//
// The environment variable TUTOR_TEST_BROWSER says which browser it must be: chromium. If it is not set, the browser is
// used where it is found, and else the tests are skipped, saying what is missing. TUTOR_SCREENSHOTS names a directory
// for pictures of the pages.
//
// The browser is started once for all tests of a package, with a directory of its own, and ends with them, however
// they end. It is not used with the race detector, which sees nothing of what happens in a page.
package browsertest
