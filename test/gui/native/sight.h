// Functions that tell what the windows show.
#pragma once

#include <node_api.h>

void defineSight(napi_env env, napi_value exports);
