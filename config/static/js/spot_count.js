/* Recording a spot check: the grade while one types, and help with counting. What is pasted stays on this device. */
(function () {
  "use strict";
  var doc = document;

  /* data-spot-grade="10:优秀 6:良好 3:一般 0:差": from how many items on which grade, best first. */
  Array.prototype.forEach.call(doc.querySelectorAll("[data-spot-grade]"), function (line) {
    var field = doc.getElementById(line.getAttribute("data-for"));
    var steps = line.getAttribute("data-spot-grade").split(" ").map(function (step) { return step.split(":"); });
    function show() {
      var typed = field.value.trim(), grade = "";
      if (/^\d+$/.test(typed)) {
        grade = steps.filter(function (step) { return Number(typed) >= Number(step[0]); })[0][1];
      }
      line.hidden = !grade;
      line.textContent = grade ? typed + " 条：" + grade : "";
    }
    field.addEventListener("input", show);
    field.addEventListener("spot:new", show);
    show();
  });

  var RECEIPT = /^(收到|已收到|已阅|知道了|好的?|签到|打卡|到|1|\+1)[。！!.~～]*$/;
  var PICTURE = /^\[(图片|照片|image|photo)\]$/i;
  /* Nothing but marks and pictures of faces: [微笑], 👍, … */
  var EMPTY = /^(\[[^\]]{1,8}\]|[^\p{L}\p{N}])*$/u;

  /* Blocks between blank lines, without any: lines. A run of pictures is one item. */
  function count(text) {
    var blocks = text.split(/\n[ \t\r]*\n+/), last = "", n = 0;
    if (blocks.filter(function (block) { return block.trim(); }).length < 2) { blocks = text.split("\n"); }
    blocks.forEach(function (block) {
      var said = block.trim(), kind = "item";
      if (!said) { return; }
      if (PICTURE.test(said)) { kind = "picture"; } else if (RECEIPT.test(said) || EMPTY.test(said)) { kind = "none"; }
      if (kind === "item" || kind === "picture" && last !== "picture") { n += 1; }
      if (kind !== "none") { last = kind; }
    });
    return n;
  }

  var box = doc.querySelector("[data-spot-text]"), said = doc.querySelector("[data-spot-counted]"), take = doc.querySelector("[data-spot-take]");
  if (!box) { return; }
  function tell() { said.textContent = box.value.trim() ? "按规则计为 " + count(box.value) + " 条，请核对" : ""; }
  box.addEventListener("input", tell);
  take.addEventListener("click", function () {
    var field = doc.getElementById(take.getAttribute("data-spot-take"));
    if (!box.value.trim()) { return; }
    field.value = count(box.value);
    box.value = "";
    tell();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
})();
