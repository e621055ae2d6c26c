// Package laws holds the whole road to its laws, in one process: generated
// projects are compiled, planned and applied through the real client against
// the emulator, without a port, a sleep or a clock of today.
//
// In: a seed. Out: a project of every kind and key of the file format, a random
// edit of it, and a platform that has seen both. The laws, each a test:
//
//   - a plan after an apply is empty, also when it reads the platform first, and
//     also when the platform spells numbers as texts and orders lists its own way;
//   - applying A and then B leaves what B alone leaves, and nothing that no entry
//     of the lockfile owns;
//   - the writes that the platform saw are exactly the calls of the plan, each
//     after those that it waits for;
//   - same documents, same bytes, on any number of cores and in any order of files;
//   - compiling, planning and refreshing write nothing;
//   - no secret is ever in a lockfile, journal, plan, recorded request or error;
//   - what changed on the platform behind our back is drift of the right class,
//     and an apply settles it;
//   - each row of the table of fields does what it says.
//
// The environment variable LAWS_SEEDS runs more projects than the default.
package laws
