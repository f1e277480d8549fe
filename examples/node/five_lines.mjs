import { Ledger } from "../../node/index.mjs";
const ledger = await Ledger.open(process.argv[2]);
const entry = await ledger.record("human_review", { actor: { type: "human", id: "ana" }, action: { type: "approve" } });
const report = await ledger.verify();
console.log(`entry ${entry.seq} recorded; ${report.verdict}: ${report.entries} entries, root ${report.root.slice(0, 16)}...`);
